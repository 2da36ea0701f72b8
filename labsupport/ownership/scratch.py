"""Keep what the course needs for a while in one place, so that nothing stays behind.

Recorded events, folders of judged answers, TMPDIR of every program that is started: all of it lies
in the folder of an owner (`owners`). Who is started by an owner finds the folder in the
environment and makes none of its own, so one folder holds all of a tree.

The folder goes with its owner: when that ends in order, or by its keeper (`settle`),
however it ends. If both were killed, the next owner that starts sweeps it.

In a folder that all users share, a name that can be guessed may be taken by somebody else before
us, by a symbolic link too. A folder is used only if it is a real one, belongs to this user, and
nobody else can write or list it; else the next name is tried.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from labsupport.ownership.owners import ROOT_NAME, VARIABLE, is_dead, owner_name, remove_place

# A socket's path may have 103 bytes everywhere. What can follow on the folder leaves it this much:
# /course-65534/4194304-1a2b3c4-5e6f7a/12345678/pymp-12345678/listener-12345678
LONGEST_BASE = 26
SHORT_BASE = "/tmp"


def place() -> Path:
    """Return the folder for what this process needs for a while.

    It is the one of the owner that started this process, or else one of its own, which is removed
    when this process ends in order.

    Raises:
        OSError: none can be made (the disk is full, or may not be written).
    """
    found = inherited_place()
    if found is None:
        found = claim()
        os.environ[VARIABLE] = str(found)
        atexit.register(_leave, found, os.getpid())
    return found


def _leave(folder: Path, pid: int) -> None:
    if os.getpid() == pid:  # and not a forked child of the owner
        remove_place(folder)


def inherited_place() -> Path | None:
    """Return the folder that the environment names, None if it names none or it is gone."""
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    try:
        return Path(text) if _is_ours(Path(text).lstat()) else None
    except OSError:
        return None


def claim() -> Path:
    """Make and return a new place: inside the inherited one, or else an owner's folder.

    The caller sees to its removal.

    Raises:
        OSError: it cannot be made.
    """
    inherited = inherited_place()
    if inherited is not None:
        return new_folder(inherited)
    return owner_folder()


def owner_folder(word: str = "") -> Path:
    """Make and return a folder of this process as an owner, whatever place it has inherited.

    What dead owners have left is swept before. The caller sees to its removal.

    Args:
        word: tells several apart (a-z).

    Raises:
        OSError: it cannot be made.
    """
    _sweep_once(os.getpid())
    name = "-".join([owner_name(os.getpid()), *filter(None, [word])])
    for _ in range(100):
        with contextlib.suppress(FileNotFoundError):  # another owner has just left and removed it
            made = _root() / name
            made.mkdir(mode=0o700, exist_ok=True)
            return made
    raise OSError(f"no folder can be made in {base()}: it vanishes at once")


def new_folder(parent: Path | None = None) -> Path:
    """Make a folder that only this user can enter, in a given one or in this process's place.

    Raises:
        OSError: it cannot be made.
    """
    return Path(tempfile.mkdtemp(prefix="", dir=parent or place()))


@contextlib.contextmanager
def temporary_folder(*, for_others: bool = False) -> Iterator[Path]:
    """Give a folder that lasts as long as the block.

    Args:
        for_others: other users may pass through the folders above it if they know its path: a
            server needs it that serves files as another user. What they may do in the folder is
            up to its own mode, which the caller sets.

    Raises:
        OSError: it cannot be made.
    """
    folder = new_folder()
    try:
        if for_others:
            _open_the_way(folder)
        yield folder
    finally:
        remove_place(folder)


def _open_the_way(folder: Path) -> None:
    for above in folder.parents:
        above.chmod(0o711)
        if above.name.startswith(ROOT_NAME):
            return


def variables(folder: Path) -> dict[str, str]:
    """Return what makes a program and its children keep all they need for a while in a folder."""
    return {VARIABLE: str(folder), "TMPDIR": str(folder)}


def base() -> Path:
    """Return the folder for temporary files in which the course has its own.

    Where the path of the user's is too long for a Unix socket inside of it, it is /tmp.
    """
    for above in Path(os.environ.get(VARIABLE, "")).parents:  # TMPDIR may be inside of it already
        if above.name.startswith(ROOT_NAME):
            return above.parent
    found = tempfile.gettempdir()
    if len(os.fsencode(found)) > LONGEST_BASE and os.access(SHORT_BASE, os.W_OK | os.X_OK):
        return Path(SHORT_BASE)
    return Path(found)


def _root() -> Path:
    """Return the folder of all owners of this user, made if it is not there."""
    for number in range(100):
        path = base() / (f"{ROOT_NAME}-{number}" if number else ROOT_NAME)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        if _is_ours(path.lstat()):
            return path
    raise OSError(f"{base()} holds a hundred folders {ROOT_NAME}-… that are not yours")


def _is_ours(entry: os.stat_result) -> bool:
    """Tell whether an entry is a real folder of this user that nobody else can write or list."""
    if not stat.S_ISDIR(entry.st_mode):
        return False
    return not hasattr(os, "getuid") or (entry.st_uid == os.geteuid() and not entry.st_mode & 0o066)


def sweep() -> None:
    """Clear what dead owners have left; the living, other users and other machines keep theirs."""
    for root in sorted(base().glob(f"{ROOT_NAME}*")):
        try:
            if not _is_ours(root.lstat()):
                continue
            dead = [entry for entry in root.iterdir() if is_dead(entry.name)]
        except OSError:
            continue
        for folder in dead:
            # Only here: it needs what every process that records events would pay for.
            from labsupport.ownership.leftovers import clear

            clear(folder, grace=0)  # nobody wants to wait for what others have left


@functools.cache
def _sweep_once(process: int) -> None:
    """Sweep when this process needs its first place, and not again."""
    sweep()
