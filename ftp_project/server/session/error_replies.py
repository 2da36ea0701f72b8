"""Which reply code tells the client of which failure (RFC 959 4.2 and 5.4)."""

from __future__ import annotations

from ftp_project.files import errors
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.replies import reply

#: by the kind of failure; all others are 550
CODES: dict[type[errors.FileError], int] = {
    errors.BusyError: 450,
    errors.OutOfDescriptorsError: 450,
    errors.NoSpaceError: 452,
    errors.QuotaError: 552,
    errors.OffsetError: 554,
    errors.TooManyError: 450,
    errors.FileError: 451,
}

#: commands that name what is to be made: for them a refused name is 553
NAMING = frozenset({"STOR", "STOU", "APPE", "RNTO"})


def reply_for(error: errors.FileError | BadArgumentError, verb: str = "") -> bytes:
    """Return the reply for what ``verb`` tried and that failed."""
    if isinstance(error, BadArgumentError):
        return reply(error.code, error.text)
    code = CODES.get(type(error), 550)
    if isinstance(error, errors.BadNameError) and verb in NAMING:
        code = 553
    return reply(code, str(error))
