"""What a server's processes use: descriptors and memory, looked at from outside."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from labsupport.ownership.supervisor import is_tracker

MIB = 1024 * 1024


def _sum(pid: int, of: Callable[[psutil.Process], int]) -> int | None:
    """Return the sum over the server's processes; None where the system does not tell it.

    The resource tracker of multiprocessing serves nobody, and starts at any time.
    """
    if not pid:
        return None
    total = 0
    try:
        # The parent is the supervisor, which inherits what the server's children leave behind.
        supervisor = psutil.Process(pid).parent() or psutil.Process(pid)
        for process in supervisor.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += 0 if is_tracker(process.pid) else of(process)
    except (psutil.Error, OSError, AttributeError):
        return None
    return total


def descriptors(pid: int) -> int | None:
    """Return how many descriptors the server's processes have open, None if unknown."""
    return _sum(pid, lambda process: int(process.num_fds()))


def memory(pid: int) -> int | None:
    """Return the most bytes of memory that the server's processes have held, None if unknown."""
    return _sum(pid, _most_memory)


def _most_memory(process: psutil.Process) -> int:
    """Return the peak where the system tells it (man 5 proc, VmHWM), else what is held now."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        found = re.search(
            r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace")
        )
        return int(found[1]) * 1024 if found else 0
    return int(process.memory_info().rss)


def falls_to(count: Callable[[], int | None], most: int, seconds: float) -> bool:
    """Wait until a count is at most `most`; tell whether it got there in time (or is unknown)."""
    until = time.monotonic() + seconds
    while True:
        found = count()
        if found is None or found <= most:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
