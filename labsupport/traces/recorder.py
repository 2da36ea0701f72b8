"""Record who does what when, from any process, thread, greenlet or program.

    recorder = Recorder("apply")           # picklable: hand it to workers
    with recorder.span("task 3"): ...      # work
    with recorder.wait("lock"): ...        # waiting, drawn hatched
    recorder.mark("got it")                # one moment
    recorder.timeline()                    # what happened, as a Timeline

One event is one line, appended by one ``write`` to a file opened with O_APPEND, so that lines of
many processes never mix (POSIX.1-2017, write(): "the file offset shall be set to the end of the
file prior to each write"; Linux holds the inode's lock for the whole write).
``time.monotonic_ns`` is one clock for all processes of a machine (Python docs, time.monotonic).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from labsupport.traces.timeline import Timeline, read_timeline

ENVIRONMENT_VARIABLE = "LAB_EVENTS"
LONGEST_LABEL = 200


def _unpatched(module: str, name: str) -> Any:
    """Return what the module offers by this name, also after gevent's monkey.patch_all().

    Patched, each greenlet would seem to be a thread of its own.
    """
    monkey = sys.modules.get("gevent.monkey")
    return monkey.get_original(module, name) if monkey else getattr(import_module(module), name)


# Taken now, so that a later monkey.patch_all() changes neither the clock nor the write.
_write = os.write
_now = time.monotonic_ns
_getpid = os.getpid

_span_numbers = itertools.count(1)
_lane_numbers = itertools.count(1)
_of_thread = _unpatched("_thread", "_local")()

# Control characters and line separators would break a line of the file or the XML of a picture.
_UNPRINTABLE = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], " "
)


def _clean(value: object) -> str:
    """Return ``value`` as a label: one line, no control characters, at most LONGEST_LABEL long."""
    label = value if isinstance(value, str) else str(value)
    if len(label) > LONGEST_LABEL:
        label = label[: LONGEST_LABEL - 1] + "…"
    return label if label.isprintable() else label.translate(_UNPRINTABLE)


def _in_main_thread() -> bool:
    if sys.platform == "linux":  # gettid(2): the main thread's number is the process's
        return threading.get_native_id() == _getpid()
    return threading.get_ident() == threading.main_thread().ident


def _identity() -> str:
    """Name the running flow of control: "PID", "PID T4", "PID G7" or "PID T4 G7".

    Numbers are given once and kept by the thread or greenlet itself, because the system reuses
    thread identifiers and addresses as soon as their owner has ended.
    """
    thread: str | None = getattr(_of_thread, "name", None)
    if thread is None or _of_thread.pid != _getpid():
        thread = f"{_getpid()}" if _in_main_thread() else f"{_getpid()} T{next(_lane_numbers)}"
        _of_thread.name, _of_thread.pid = thread, _getpid()
    greenlet = sys.modules.get("greenlet")
    if greenlet is None:
        return thread
    current = greenlet.getcurrent()
    if current.parent is None:
        return thread
    number: int | None = getattr(current, "_lane_number", None)
    if number is None:
        number = current._lane_number = next(_lane_numbers)
    return f"{thread} G{number}"


class _Span:
    """One begin line when entered, one end line when left, also after an exception."""

    __slots__ = ("_key", "_kind", "_label", "_lane", "_recorder")

    def __init__(self, recorder: Recorder, kind: str, label: object, lane: object) -> None:
        self._recorder, self._kind, self._label, self._lane = recorder, kind, label, lane
        self._key = ""

    def __enter__(self) -> None:
        self._key = f"{_getpid()}.{next(_span_numbers)}"
        self._recorder._append(self._kind, self._key, self._label, self._lane)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _write(self._recorder._fd, f"{_now()}\tE\t{self._key}\n".encode())


class Recorder:
    """A file of events that every process, thread, greenlet and program can write to.

    Copies made by fork or by pickling write to the same file. The file lies in the place of the
    process that created the recorder, and goes with it (`labsupport.ownership.scratch`).

    >>> recorder = Recorder("one after the other")
    >>> for task in ["boil", "brew"]:
    ...     with recorder.span(task):
    ...         pass
    >>> recorder.timeline().order("start")
    ['boil', 'brew']
    >>> recorder.timeline().claim_peak("task")
    'at most 1 task at once'
    """

    def __init__(self, title: object = "") -> None:
        self.title = _clean(title)
        self._owner = os.getpid()
        # Here, because a process that only records gets the file from its parent.
        from labsupport.ownership.scratch import place

        descriptor, self.path = tempfile.mkstemp(prefix="", suffix=".events", dir=place())
        os.close(descriptor)
        self._open()

    @classmethod
    def from_environment(cls, title: object = "") -> Self:
        """Return the recorder of the notebook that started this program.

        Its file is named by the environment variable LAB_EVENTS. Without that variable (the
        program was started by hand) a new recorder is returned, so that the program still works.
        The first process that calls this becomes the lane "main". Raises FileNotFoundError when
        the variable names a file that is not there.
        """
        path = os.environ.get(ENVIRONMENT_VARIABLE)
        if not path:
            return cls(title)
        recorder = cls.__new__(cls)
        recorder.__setstate__((_clean(title), path, 0))
        recorder._declare()
        return recorder

    def span(self, label: object, lane: object = None) -> _Span:
        """Return a context manager that records work from its entry to its exit.

        ``lane`` is the name of the row in the picture; by default it is the running process,
        thread or greenlet.
        """
        return _Span(self, "B", label, lane)

    def wait(self, label: object, lane: object = None) -> _Span:
        """Return a context manager that records waiting (for a lock, a queue, a peer)."""
        return _Span(self, "W", label, lane)

    def mark(self, label: object, lane: object = None) -> None:
        """Record one moment."""
        self._append("M", "-", label, lane)

    def timeline(
        self, title: object = None, lane_names: str = "P", claim: str | None = None
    ) -> Timeline:
        """Return what has been recorded so far.

        Lanes: "main" is the main thread of the process that created the recorder; other processes
        are ``lane_names`` and a number in order of first appearance; threads T1…, greenlets G1….
        ``claim`` is the sentence shown with the picture (by default the number at work at once).
        Raises ValueError when a line of the file is not an event or there are far too many.
        """
        name = self.title if title is None else _clean(title)
        return read_timeline(
            Path(self.path).read_bytes(),
            self._owner,
            title=name,
            lane_names=lane_names,
            claim=claim,
        )

    def clear(self) -> None:
        """Forget all events recorded so far."""
        os.truncate(self.path, 0)
        if not self._owner:
            self._declare()

    def _open(self) -> None:
        """Open at once and not at the first event: two threads could open it twice then."""
        self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND)

    def _declare(self) -> None:
        """Say in the file that this process is "main": the notebook cannot know its number."""
        _write(self._fd, f"{_now()}\tO\t{_getpid()}\n".encode())

    def _append(self, kind: str, key: str, label: object, lane: object) -> None:
        row = "" if lane is None else _clean(lane)
        line = f"{_now()}\t{kind}\t{key}\t{_identity()}\t{row}\t{_clean(label)}\n"
        _write(self._fd, line.encode())

    def __getstate__(self) -> tuple[str, str, int]:
        return self.title, self.path, self._owner

    def __setstate__(self, state: tuple[str, str, int]) -> None:
        self.title, self.path, self._owner = state
        try:
            self._open()
        except FileNotFoundError:
            raise FileNotFoundError(
                f"the recorder's file {self.path} is gone: the process that created it has ended"
            ) from None

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, OSError):
            os.close(self._fd)

    def __repr__(self) -> str:
        return f"<recorder {self.title!r}>"
