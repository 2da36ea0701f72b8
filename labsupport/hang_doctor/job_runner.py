"""Run one function of a learner's in this fresh interpreter, as `job.runner_argv` starts it.

The outcome goes to a file, because the learner's code may print, close or replace the standard
streams. Then this process is over at once, and its supervisor ends what the function left behind.
"""

from __future__ import annotations

import contextlib
import importlib
import linecache
import multiprocessing
import os
import pickle
import re
import sys
import traceback
from pathlib import Path
from typing import Any

from labsupport.hang_doctor.job import Job, write_whole

# what each worker needs to import its main module, this file, and its tasks
_PRELOADED = ["labsupport.hang_doctor.job", "labsupport.exercises.tasks"]
_MEMORY_LIMIT = 6 * 2**30  # bytes of address space of one process


def _limit_memory() -> None:
    """Let a list that grows for ever end in a MemoryError instead of a full machine."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
    except (ImportError, AttributeError, ValueError, OSError):
        return  # a platform without such limits, or a lower one is set


def describe_error(error: BaseException, path: str) -> dict[str, Any]:
    """Return type, message and the last line in the learner's file of an exception.

    An error that happened in a worker carries its traceback as text (multiprocessing's
    RemoteTraceback); the line is then read from this text.
    """
    line = 0
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == path:
            line = frame.lineno or 0
    place = "function"
    remote = str(error.__cause__ or "")
    lines = re.findall(rf'File "{re.escape(path)}", line (\d+)', remote)
    if lines:
        line, place = int(lines[-1]), "worker"
    return {
        "kind": "raised",
        "type": type(error).__name__,
        "message": _short(error),
        "line": line,
        "code": linecache.getline(path, line).strip() if line else "",
        "place": place,
    }


def _short(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # a broken __str__ of the learner's own class
        text = "(its message cannot be shown)"
    return text if len(text) <= 300 else text[:300] + " …"


def run(job: Job) -> dict[str, Any]:
    """Carry out an order and return the outcome: kind "returned" or "raised"."""
    _limit_memory()
    multiprocessing.set_start_method(job.start_method, force=True)
    if job.probe:  # imported once in the forkserver instead of once in each worker
        multiprocessing.set_forkserver_preload([*_PRELOADED, job.probe.partition(":")[0]])
    path = Path(job.module_path)
    sys.path.insert(0, str(path.parent))
    try:
        function = getattr(importlib.import_module(path.stem), job.function)
        if not job.probe:
            function(*pickle.loads(bytes.fromhex(job.arguments)))
            return {"kind": "returned", "value": None}
        module, _, name = job.probe.partition(":")
        value = getattr(importlib.import_module(module), name)(function, Path(job.scratch))
    except BaseException as error:  # SystemExit and KeyboardInterrupt are answers too
        return describe_error(error, job.module_path)
    return {"kind": "returned", "value": value}


def main() -> None:
    """Read the order's file named on the command line and write the outcome's file.

    With `--serve DESCRIPTOR` this is a warm runner first, see `labsupport.hang_doctor.warm_runner`.
    """
    if sys.argv[1] == "--serve":
        from labsupport.hang_doctor.warm_runner import serve

        serve(int(sys.argv[2]))  # comes back in a fork, with the arguments of an order
    job = Job.load(Path(sys.argv[1]))
    outcome = run(job)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed or replaced by the learner's code
            stream.flush()
    write_whole(Path(job.result_path), outcome)
    os._exit(0)  # whatever the function left running must not hold up the outcome


if __name__ == "__main__":
    main()
