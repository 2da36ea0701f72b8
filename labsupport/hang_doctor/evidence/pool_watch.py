"""Note what happens unseen in a pool: failed tasks, callbacks that run or raise, new workers.

`install` wraps the public methods of `multiprocessing.pool.Pool` that take callbacks, and the
places where a result arrives, in the process that it is called in. What the program does stays
the same. Needed because a pool hides these things: it drops the error of a task that nobody
asks for, and it even swallows a KeyError of a callback (CPython, `Pool._handle_results`).
"""

from __future__ import annotations

import functools
import linecache
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing import pool as pools
from multiprocessing.process import BaseProcess
from typing import Any

from labsupport.hang_doctor.evidence.notes import note

_here = threading.local()
_installed = False


def in_callback() -> bool:
    """Tell whether this thread just runs a callback of a pool."""
    return getattr(_here, "depth", 0) > 0


def install() -> None:
    """Begin to watch the pools of this process. A second call does nothing more."""
    global _installed
    if _installed:
        return
    _installed = True
    for name in ("apply_async", "map_async", "starmap_async"):
        _watch_callbacks(name)
    for kind in (pools.ApplyResult, pools.MapResult, pools.IMapIterator):
        _watch_results(kind)
    _watch_futures()
    _watch_starts()


def _watch_callbacks(name: str) -> None:
    original = getattr(pools.Pool, name)
    # both: (self, func, ITEMS, ARGUMENT, callback, error_callback), see the Python docs
    places = {"callback": 4, "error_callback": 5}

    @functools.wraps(original)
    def watched(*args: Any, **options: Any) -> Any:
        values = list(args)
        for word, place in places.items():
            if word in options:
                options[word] = _watch_callback(options[word], word)
            elif len(values) > place:
                values[place] = _watch_callback(values[place], word)
        return original(*values, **options)

    setattr(pools.Pool, name, watched)


def _watch_callback(callback: Callable[[Any], Any] | None, word: str) -> Any:
    if not callable(callback):
        return callback

    def watched(value: Any) -> Any:
        _here.depth = getattr(_here, "depth", 0) + 1
        try:
            note(word, value=repr(value)[:300])
            return callback(value)
        except BaseException as error:
            note("callback-raised", **_facts(error))
            raise
        finally:
            _here.depth -= 1
            note("callback-over")

    return watched


def _facts(error: BaseException) -> dict[str, Any]:
    """Return the type and message of an error, and the innermost line outside this file."""
    fact: dict[str, Any] = {"type": type(error).__name__, "message": str(error)[:300]}
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename != __file__:
            code = linecache.getline(frame.filename, frame.lineno or 0).strip()
            fact |= {"path": frame.filename, "line": frame.lineno, "code": code}
            break
    return fact


def _watch_results(kind: Any) -> None:
    original = kind._set

    @functools.wraps(original)
    def watched(self: Any, index: int, outcome: tuple[bool, Any]) -> Any:
        succeeded, value = outcome
        if not succeeded and isinstance(value, BaseException):
            note("task-failed", type=type(value).__name__, message=str(value)[:300])
        return original(self, index, outcome)

    kind._set = watched


def _watch_futures() -> None:
    original = Future.set_exception

    @functools.wraps(original)
    def watched(self: Any, exception: BaseException | None) -> None:
        if exception is not None:
            note("task-failed", type=type(exception).__name__, message=str(exception)[:300])
        original(self, exception)

    Future.set_exception = watched  # type: ignore[method-assign]


def _watch_starts() -> None:
    original = BaseProcess.start

    @functools.wraps(original)
    def watched(self: BaseProcess) -> None:
        note("process-started")
        original(self)

    BaseProcess.start = watched  # type: ignore[method-assign]
