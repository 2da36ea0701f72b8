"""Settle a long-lived process, a kernel or a test run, so that nothing of it can stay behind.

`settle` gives it a place of its own (`scratch`) for all that it and its children put
into the temporary folder, and starts a keeper that clears the place when the process is gone.

Two things of multiprocessing are led there as well:

- Its named semaphores get names that tell their owner. (CPython, multiprocessing/process.py, says
  of this prefix that it may have to be another one, and that descendants inherit it.)
- Its resource tracker, which removes semaphores and shared memory that were left, leads a session
  of its own. A kernel that ends or restarts first ends its process group (ipykernel,
  Kernel._progressively_terminate_all_children): the tracker ignores SIGTERM, so the restart would
  wait for seconds, and then kill the tracker with its work undone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import util
from pathlib import Path
from typing import Any

from labsupport.ownership.owners import semaphore_prefix
from labsupport.ownership.scratch import claim, variables

_KEEPER = Path(__file__).with_name("keeper.py")
_settled: tuple[int, Path] | None = None  # the process, and its place


def settle() -> Path:
    """Give this process a place of its own and a keeper, once; return the place.

    Raises:
        OSError: there is no room for it, or no right to write.
    """
    global _settled
    if _settled is None or _settled[0] != os.getpid():
        place = claim()
        settle_in(place)
        _start_keeper(place)
        _settled = os.getpid(), place
    return _settled[1]


def settle_in(place: Path) -> None:
    """Let this process and those that it starts keep all they need for a while in a place."""
    os.environ.update(variables(place))
    tempfile.tempdir = str(place)
    if sys.platform == "linux":  # elsewhere a semaphore's name has 14 or 31 letters at most
        process: Any = multiprocessing.current_process()
        process._config["semprefix"] = semaphore_prefix(place)
    _set_trackers_apart()


def _set_trackers_apart() -> None:
    start = getattr(util, "spawnv_passfds", None)  # by this multiprocessing starts its helpers
    if start is None or hasattr(start, "tracker_apart") or os.name != "posix":
        return

    def spawnv_passfds(path: str | bytes, args: Sequence[str | bytes], passfds: Any) -> int:
        if not any("multiprocessing.resource_tracker" in os.fsdecode(word) for word in args):
            return int(start(path, args, passfds))
        tracker = subprocess.Popen(
            args, executable=path, pass_fds=sorted(passfds), start_new_session=True
        )
        tracker.returncode = 0  # not to be waited for by Popen: multiprocessing does that
        return tracker.pid

    spawnv_passfds.tracker_apart = True  # type: ignore[attr-defined]
    util.spawnv_passfds = spawnv_passfds  # type: ignore[assignment]


def _start_keeper(place: Path) -> None:
    isolated = ["-I", "-S"] if Path("/proc/self/stat").exists() else ["-I"]  # -S: no psutil
    command = [sys.executable, *isolated, str(_KEEPER), str(os.getpid()), str(place)]
    with contextlib.suppress(OSError):  # no process can be had now: the next owner will sweep
        keeper = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        keeper.returncode = 0  # nobody waits for it: it outlives this process
