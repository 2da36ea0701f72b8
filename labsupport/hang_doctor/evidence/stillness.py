"""Notice that a program makes no progress: no thread of any of its processes has run.

A program that waits on itself for ever is still; a program that only gets little processor
time is not, because its threads are runnable. So a busy machine does not look like a deadlock.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterable
from pathlib import Path

Signature = tuple[tuple[int, ...], ...]


def activity(pids: Iterable[int]) -> Signature | None:
    """Return what has run so far, as numbers to compare; None when something runs just now.

    On Linux each thread counts by its own state and context switches (proc(5)); elsewhere each
    process by its processor time.
    """
    if sys.platform.startswith("linux"):
        return _activity_linux(pids)
    return _activity_portable(pids)


def _activity_linux(pids: Iterable[int]) -> Signature | None:
    seen = []
    for pid in pids:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                status = (task / "status").read_text(encoding="utf-8", errors="replace")
                fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
                if fields.get("State", "S")[0] in "RD":
                    return None
                switches = int(fields.get("voluntary_ctxt_switches", "0"))
                forced = int(fields.get("nonvoluntary_ctxt_switches", "0"))
                seen.append((pid, int(task.name), switches, forced))
    return tuple(sorted(seen))


def _activity_portable(pids: Iterable[int]) -> Signature | None:
    import psutil

    seen = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_RUNNING and sys.platform != "win32":
                return None
            times = process.cpu_times()
            seen.append((pid, round(times.user * 1000), round(times.system * 1000)))
    return tuple(sorted(seen))


def largest_cpu_time(pids: Iterable[int]) -> float:
    """Return the processor time in seconds of the process that has used most of it."""
    import psutil  # here: the tasks of an answer import this file, and need it not

    largest = 0.0
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(pid).cpu_times()
            largest = max(largest, times.user + times.system)
    return largest


class Stillness:
    """Measures for how long a set of processes has not run at all."""

    def __init__(self) -> None:
        self._last: Signature | None = None
        self._since = time.monotonic()

    def seconds(self, pids: Iterable[int]) -> float:
        """Look at the processes and return for how many seconds nothing of them has run."""
        now = activity(pids)
        if now is None or now != self._last:
            self._last = now
            self._since = time.monotonic()
        return time.monotonic() - self._since
