"""Name the processes that own what the course keeps for a while, and tell which of them live.

An *owner* is a process at the root of what the course does: a notebook's kernel, a test run, the
judge of the capstone. It gives its name to its folder and to its semaphores, and is found in the
environment of all processes that came from it (LAB_PLACE).

    <temporary folder>/course-<uid>/<owner>/…            owner: <pid>-<start>-<where>[-<word>]

- <start> is when the process started, in ticks of the clock since boot (proc_pid_stat(5), field
  22). A pid is given again to another process, but not with the same start.
- <where> stands for the machine and its namespace of pids, which containers and machines that
  share a temporary folder do not share. Nobody can tell who lives in another one: what lies there
  is left alone.

Names are short because the path of a Unix socket has at most 108 bytes, with its final NUL
(unix(7); 104 on macOS), and multiprocessing adds 32 for its listeners.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import sys
import zlib
from pathlib import Path

#: the environment variable with the folder for what a process needs for a while
VARIABLE = "LAB_PLACE"
#: the folder of all owners of this user
ROOT_NAME = f"course-{os.getuid() if hasattr(os, 'getuid') else 'user'}"

_OWNER = re.compile(r"(\d+)-([0-9a-z]+)-([0-9a-f]{6})(?:-[a-z]+)?")


def owner_name(pid: int) -> str:
    """Return the name of a living process as an owner.

    Raises:
        ProcessLookupError: there is no such process.
    """
    start = _start_of(pid)
    if start is None:
        raise ProcessLookupError(f"there is no process {pid}")
    return f"{pid}-{start}-{_where()}"


def is_dead(name: str) -> bool:
    """Tell whether a name is that of an owner of this machine that has ended.

    >>> is_dead("notes"), is_dead(owner_name(os.getpid()))
    (False, False)
    >>> is_dead(f"{os.getpid()}-0-{_where()}")   # this pid had another owner once
    True
    """
    found = _OWNER.fullmatch(name)
    return found is not None and found[3] == _where() and _start_of(int(found[1])) != found[2]


def is_running(pid: int) -> bool:
    """Tell whether there is such a process and it has not ended (a zombie has)."""
    return _start_of(pid) is not None


def _start_of(pid: int) -> str | None:
    """Return when a process started, None if it has ended."""
    if sys.platform == "linux":
        try:
            text = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return None
        # The name, in brackets, may hold anything, brackets too: split after the last one.
        fields = text[text.rindex(b")") + 2 :].split()
        # While other threads of it still run, a process with a dead main thread is not dead.
        if fields[0] in (b"Z", b"X") and int(fields[17]) <= 1:
            return None
        return _base36(int(fields[19]))
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return _base36(int(process.create_time() * 100))
    except psutil.Error:
        return None


def _base36(number: int) -> str:
    """Write a number in few letters.

    >>> _base36(0), _base36(35), _base36(36)
    ('0', 'z', '10')
    """
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if not number:
            return digits


@functools.cache
def _where() -> str:
    """Name the machine and its namespace of pids in six letters."""
    import platform

    words = [platform.node()]
    with contextlib.suppress(OSError):
        words.append(Path("/etc/machine-id").read_text(encoding="ascii"))
    with contextlib.suppress(OSError):
        words.append(str(Path("/proc/self/ns/pid").readlink()))
    return f"{zlib.crc32(' '.join(words).encode()) & 0xFFFFFF:06x}"


def semaphore_prefix(place: Path) -> str:
    """Return how the names of the semaphores of a place begin; those of places in it do, too.

    >>> semaphore_prefix(Path("/tmp/course-0/12-34-00abcd/xy"))
    '/mp-12-34-00abcd-xy'
    """
    parts = place.parts
    owner = next((n for n, part in enumerate(parts) if _OWNER.fullmatch(part)), -1)
    return "-".join(["/mp", *parts[owner:]])


def remove_place(place: Path) -> None:
    """Remove a folder with all that is in it, if it is there; what cannot be removed stays."""
    shutil.rmtree(place, ignore_errors=True)
    if place.parent.name.startswith(ROOT_NAME):
        with contextlib.suppress(OSError):  # other owners still use it
            place.parent.rmdir()
