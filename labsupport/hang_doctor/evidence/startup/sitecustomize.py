"""Prepare a Python process of a watched program before any of its own code runs.

Python imports `sitecustomize` at every start (docs: `site`), therefore also in the children of
spawn and forkserver; `os.register_at_fork` covers fork. Two things are prepared, each only when
its variable is set:

- LAB_STACKS names a folder: the process writes the stacks of all its threads to
  FOLDER/PID.stack when it gets one of the two signals in LAB_STACK_SIGNALS. The first is
  handled in C (`faulthandler`), also while Python code cannot run, but reads wrong frames if a
  thread runs meanwhile; the second is handled in Python, where every other thread stands still.
- LAB_STARTUP names a `module:function` to call in the first process only: its children do
  not inherit the variable. LAB_STARTUP_EVERY names one to call in every process.

The file imports nothing of labsupport: it must cost nothing in each of many processes.
"""

from __future__ import annotations

import faulthandler
import importlib
import importlib.machinery
import importlib.util
import os
import signal
import sys

TYPE_CHECKING = False  # typing itself would be a third of the cost of this file
if TYPE_CHECKING:
    from typing import IO

_file: IO[str] | None = None


def _register() -> None:
    """Let this process write its stacks to a file of its own."""
    global _file
    numbers = os.environ.get("LAB_STACK_SIGNALS", "").split()
    folder = os.environ.get("LAB_STACKS", "")
    if not (numbers and folder and hasattr(faulthandler, "register")):
        return
    inherited = _file
    try:
        _file = open(os.path.join(folder, f"{os.getpid()}.stack"), "a", encoding="utf-8")  # noqa: PTH118, SIM115
        faulthandler.register(int(numbers[0]), file=_file, all_threads=True)
        signal.signal(int(numbers[1]), _write)
    except OSError:  # the folder is gone: the watcher has ended
        return
    except ValueError:  # forked in another thread: signal() is for the main thread alone
        pass
    if inherited is not None:
        inherited.close()


def _write(number: int, frame: object) -> None:
    if _file is not None:
        faulthandler.dump_traceback(_file, all_threads=True)
        _file.write("end\n")
        _file.flush()


def _run_hidden() -> None:
    """Run the sitecustomize of the system or the environment that this file hides."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    others = [place for place in sys.path if os.path.abspath(place) != here]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _call_startup() -> None:
    """Call the functions that LAB_STARTUP and LAB_STARTUP_EVERY name."""
    # No code of the program runs in multiprocessing's resource tracker: nothing to watch there.
    tracker = any("multiprocessing.resource_tracker" in word for word in sys.orig_argv)
    for startup in (os.environ.pop("LAB_STARTUP", ""), os.environ.get("LAB_STARTUP_EVERY", "")):
        if not startup or tracker:
            continue
        module, _, name = startup.partition(":")
        getattr(importlib.import_module(module), name)()


def prepare() -> None:
    """Do for this process what its variables ask for.

    A process that was forked ready to run (`labsupport.hang_doctor.warm_runner`) gets its
    variables late, and calls this again.
    """
    _register()
    _call_startup()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_register)
_run_hidden()
prepare()
