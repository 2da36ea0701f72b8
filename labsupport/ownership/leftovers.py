"""Clear what an owner has left: its processes, what these share in /dev/shm, and its folder."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from labsupport.ownership.owners import VARIABLE, is_running, remove_place, semaphore_prefix
from labsupport.ownership.supervisor import HELPER_GRACE, SHARED_FOLDER, end_processes, is_tracker


def clear(place: Path, session: int = 0, grace: float = HELPER_GRACE) -> None:
    """End the processes that have a place, and remove what they share and the place itself.

    A process has the place that LAB_PLACE in its environment names, as it was when its program
    was started. Therefore children by fork() of the process that has *set* the variable do not
    show it; they are found by their session.

    Args:
        place: their folder; the processes of folders in it are meant, too.
        session: the id of a session whose processes are meant as well, 0 for none. It is to be
            given only at once after its leader's end: later the number may be another's.
        grace: seconds to wait for those that tidy up by themselves. They are not ended: a
            resource tracker may still wait for a process that is not found here.
    """
    if os.name == "posix":
        end_processes(
            lambda: belonging(place, session),
            _pause,
            _tidies_up,
            grace=grace,
            then_kill_helpers=False,
        )
    prefix = f"sem.{semaphore_prefix(place).removeprefix('/')}-"
    with contextlib.suppress(OSError):
        for entry in Path(SHARED_FOLDER).iterdir():
            if entry.name.startswith(prefix):
                entry.unlink(missing_ok=True)
    remove_place(place)


def _pause() -> None:
    time.sleep(0.02)


def _tidies_up(pid: int) -> bool:
    """Tell whether a process ends by itself, and ends or removes other things first."""
    if is_tracker(pid):
        return True
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"supervisor.py\0" in command or b"keeper.py\0" in command


def belonging(place: Path, session: int = 0) -> set[int]:
    """Return the living processes of a place and of a session, without this one and its parents."""
    if os.access("/proc/self/environ", os.R_OK):
        return _belonging_by_proc(place, session)
    return _belonging_by_psutil(place, session)


def _belonging_by_proc(place: Path, session: int) -> set[int]:
    found = set()
    wanted = f"{VARIABLE}={place}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        pid = int(entry.name)
        with contextlib.suppress(OSError):  # it has ended in between, or is another user's
            if (session and os.getsid(pid) == session) or _names(
                entry.joinpath("environ").read_bytes(), wanted
            ):
                found.add(pid)
    found -= _own_line()
    return {pid for pid in found if is_running(pid)}


def _names(environment: bytes, wanted: bytes) -> bool:
    """Tell whether an environment has the wanted line, or one that goes on with a folder in it."""
    lines = environment.split(b"\0")
    return any(line == wanted or line.startswith(wanted + b"/") for line in lines)


def _own_line() -> set[int]:
    """Return this process and all above it."""
    line, pid = set(), os.getpid()
    while pid > 0:
        line.add(pid)
        try:
            text = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:  # it ended in between
            break
        pid = int(text[text.rindex(b")") + 2 :].split()[1])
    return line


def _belonging_by_psutil(place: Path, session: int) -> set[int]:
    import psutil

    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            inside = Path(process.environ().get(VARIABLE, "/")).is_relative_to(place)
            led = session and os.getsid(process.pid) == session
            if (inside or led) and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process.pid)
    return found - {os.getpid(), *(each.pid for each in psutil.Process().parents())}
