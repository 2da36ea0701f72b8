"""Which reply code tells the client of which failure (RFC 959 4.2 and 5.4)."""

# The first digit is what programs go by: 4xx means "the same command may succeed later", 5xx "it
# will not" (RFC 959 4.2.1). A client with a queue tries again after the one and gives up after the
# other, so a busy file and a full disk are 4xx, a missing one and one that may not be read are 5xx.
# The sentence is for people, and never names a path outside of the user's home.

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
