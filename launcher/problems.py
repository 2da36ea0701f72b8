"""Turn what goes wrong while the environment is made into one sentence that says what to do."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path

_DISK = ("no space left on device", "disk quota exceeded", "os error 28")
_READ_ONLY = ("read-only file system", "permission denied", "os error 13", "os error 30")
_NETWORK = (
    "temporary failure in name resolution",
    "temporary failure resolving",
    "name or service not known",
    "nodename nor servname",
    "getaddrinfo failed",
    "dns error",
    "failed to lookup address",
    "network is unreachable",
    "no route to host",
    "connection refused",
    "could not connect",
    "connection timed out",
    "operation timed out",
    "read timed out",
    "newconnectionerror",
    "proxyerror",
    "error sending request",
    "failed to fetch",
    "unable to fetch",
)


class SetupError(Exception):
    """A difficulty told in one sentence; ``status`` is the exit status that goes with it."""

    def __init__(self, sentence: str, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


class NoNetworkError(SetupError):
    """The packages could not be fetched; what was installed before is untouched."""


def explain(log: str, folder: Path) -> SetupError:
    """Return the problem that the output of a failed installation tells about.

    ``folder`` is the one that was written to. Installers report a full disk or a refused write
    also as a failed download, so those are looked for first.
    """
    lower = log.lower()
    if any(sign in lower for sign in _DISK):
        return disk_full(folder)
    if any(sign in lower for sign in _READ_ONLY):
        return read_only(folder)
    if any(sign in lower for sign in _NETWORK):
        return NoNetworkError(
            "The packages cannot be fetched because no network answers: connect this machine to "
            "the internet (or set its proxy) and run the same command again."
        )
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines or ["(no output)"]
    return SetupError(
        f"The packages could not be installed; the installer said: {errors[-1][:300]} "
        "Mend that and run the same command again."
    )


def explain_os_error(error: OSError, folder: Path) -> SetupError:
    """Return the problem behind ``error``, raised while ``folder`` was written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return read_only(folder)
    return SetupError(
        f"{folder} cannot be written ({error.strerror or error}): mend that and run the same "
        "command again."
    )


#: bytes below which either disk may have been full: an installer removes what did not fit
_NEEDED = 500_000_000


def disk_full(folder: Path) -> SetupError:
    """Return the problem of a full disk: that of ``folder``, or of the temporary files.

    Installers unpack in the temporary folder, and their words do not say which disk was meant.
    """
    places = [(folder, "the packages of the course need about 500 MB")]
    try:
        temporary = Path(tempfile.gettempdir())
    except OSError:  # no folder for temporary files can be written at all (tempfile)
        return SetupError(
            "No folder for temporary files can be written: set TMPDIR to a folder with free space "
            "and run the same command again."
        )
    places.append((temporary, "the installer unpacks there; TMPDIR can name another folder"))
    where, why = min(places, key=lambda place: _free(place[0]))
    if _free(where) > _NEEDED:  # full for this user only, by a quota
        where, why = places[0]
    return SetupError(
        f"The disk with {where} is full ({why}): free some space and run the same command again."
    )


def _free(folder: Path) -> int:
    """Return how many bytes the disk with ``folder`` has left."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def read_only(folder: Path) -> SetupError:
    """Return the problem of a folder that cannot be written."""
    return SetupError(
        f"The folder {folder} cannot be written by you: copy the course into a folder of your own "
        "and run the same command there."
    )
