"""Say in words what a thread waits for, judged by the functions on its stack.

Only what the frames show is said. A thread's own frame is the innermost one in the learner's
code; the frames inside it belong to the library call that does not return.
"""

from __future__ import annotations

import linecache
import os
import re
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labsupport.hang_doctor.evidence.stacks import Frame, ProcessStack

# the whole of labsupport, whose lines are never the learner's own
_HERE = f"{Path(__file__).resolve().parents[1]}{os.sep}"
_STANDARD = tuple(
    {str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib")}
)

# file's ending, functions in it, kind, what the call waits for. The call that the learner's
# code made is looked at first, therefore Queue.get is not taken for the lock inside it.
_CALLS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("multiprocessing/process.py", ("join",), "join", "a child process to end (Process.join)"),
    ("multiprocessing/pool.py", ("join",), "pool-join", "the pool's workers to end (Pool.join)"),
    (
        "multiprocessing/pool.py",
        ("get", "wait", "next", "apply", "map", "starmap"),
        "pool-result",
        "a result from the pool",
    ),
    (
        "multiprocessing/pool.py",
        ("terminate", "_terminate_pool", "__exit__"),
        "pool-end",
        "the pool to be shut down",
    ),
    ("multiprocessing/queues.py", ("get",), "queue-get", "something to arrive in a queue (get)"),
    ("multiprocessing/queues.py", ("put",), "queue-put", "room in a full queue (put)"),
    ("multiprocessing/queues.py", ("join",), "queue-join", "task_done for every item (join)"),
    (
        "multiprocessing/queues.py",
        ("join_thread", "_finalize_join"),
        "flush",
        "someone to take out what it has put into a queue",
    ),
    ("queue.py", ("get",), "queue-get", "something to arrive in a queue (get)"),
    ("queue.py", ("put",), "queue-put", "room in a full queue (put)"),
    ("queue.py", ("join",), "queue-join", "task_done for every item (join)"),
    (
        "multiprocessing/connection.py",
        ("recv", "recv_bytes", "poll", "_recv", "_recv_bytes"),
        "pipe-recv",
        "a message on a pipe (recv)",
    ),
    (
        "multiprocessing/connection.py",
        ("send", "send_bytes", "_send", "_send_bytes"),
        "pipe-send",
        "room in a full pipe (send)",
    ),
    ("multiprocessing/synchronize.py", ("__enter__", "acquire"), "lock", "a lock"),
    ("multiprocessing/synchronize.py", ("wait",), "event", "an Event, Condition or Barrier"),
    ("multiprocessing/managers.py", ("acquire", "__enter__"), "lock", "a manager's lock"),
    ("multiprocessing/managers.py", ("_callmethod",), "manager", "the manager's answer"),
    ("threading.py", ("join",), "thread-join", "a thread to end (Thread.join)"),
    ("threading.py", ("wait", "wait_for"), "event", "an Event, Condition or Barrier"),
    ("threading.py", ("acquire", "__enter__"), "lock", "a lock or semaphore"),
    (
        "concurrent/futures/_base.py",
        ("result", "exception"),
        "future",
        "a future's result",
    ),
    ("concurrent/futures/process.py", ("shutdown",), "pool-join", "the executor's workers to end"),
    ("concurrent/futures/thread.py", ("shutdown",), "pool-join", "the executor's threads to end"),
    ("subprocess.py", ("wait", "communicate", "_wait"), "program", "another program to end"),
    ("socket.py", ("accept",), "socket", "a connection (accept)"),
    ("selectors.py", ("select",), "select", "an event of a selector"),
    # what stands in for a call of the standard library while an exercise is checked
    (
        "waiting_watch.py",
        ("_watched_select", "poll"),
        "select",
        "a socket to be ready (select, poll)",
    ),
    ("probes11.py", ("recv", "recv_into"), "socket", "bytes on a socket (recv)"),
)

# What a line of the learner's own can block in without any Python frame below it.
_LINES: tuple[tuple[str, str, str], ...] = (
    (r"\bsleep\(", "sleep", "a sleep to be over"),
    (r"^(async )?with\b|\.acquire\(", "lock", "a lock"),
    (r"\binput\(", "input", "a line on standard input"),
    (r"\bselect\(|\.poll\(", "select", "a socket to be ready (select, poll)"),
    (r"\.accept\(", "socket", "a connection (accept)"),
    (r"\.recv(_into|from)?\(", "socket", "bytes on a socket (recv)"),
    (r"\.(sendall|send)\(", "socket", "room to send on a socket"),
    (r"\.get\(", "queue-get", "something to arrive in a queue (get)"),
    (r"\bos\.wait(pid)?\(", "join", "a child process to end"),
    (r"\.join\(", "thread-join", "a thread to end (Thread.join)"),
)


@dataclass(frozen=True)
class Wait:
    """One thread that waits.

    Attributes:
        process: the process in words, such as "main process" or "worker".
        kind: a short word for what is waited for, such as "lock"; "runs" if it does not wait.
        what: the same for a reader; a phrase that follows "waits for".
        frame: the learner's line that does not return; None if no code of hers is involved.
        frames: all frames of the thread, the innermost first.
    """

    process: str
    kind: str
    what: str
    frame: Frame | None
    frames: tuple[Frame, ...]
    main_thread: bool

    @property
    def code(self) -> str:
        """The text of the learner's line, without its indentation."""
        return "" if self.frame is None else source_line(self.frame)

    def __str__(self) -> str:
        thread = "" if self.main_thread else ", another thread"
        if self.kind == "no-stack":
            return f"{self.process}: its stack could not be had: {self.what}"
        verb = self.what if self.kind in _STATES else f"waits for {self.what}"
        place = f" at line {self.frame.line}: {self.code}" if self.frame is not None else ""
        return f"{self.process}{thread}: {verb}{place}"


_STATES = ("idle", "runs", "feeder", "exit-join", "exit-threads")


def source_line(frame: Frame) -> str:
    """Return the text of the line that a frame has reached; empty if there is no source."""
    linecache.checkcache(frame.path)
    return linecache.getline(frame.path, frame.line).strip()


def busy_line(frame: Frame) -> str:
    """Return the text of the line where a thread computes; for `pass` or `continue` the loop's.

    A loop that does nothing is met at its head or in its body, as each Python compiles it.
    """
    code = source_line(frame)
    if code not in ("pass", "continue"):
        return code
    above = linecache.getlines(frame.path)[: frame.line]
    depth = _indentation(above.pop())
    for line in reversed(above):
        text = line.strip()
        if text and not text.startswith("#") and _indentation(line) < depth:
            depth = _indentation(line)
            if text.startswith(("while ", "for ", "async for ")):
                return text
    return code


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def is_own(frame: Frame) -> bool:
    """Tell whether a frame lies in a learner's file: not Python's, a package's or labsupport's."""
    path = frame.path
    if path.startswith("<") or "site-packages" in path or "dist-packages" in path:
        return False
    resolved = str(Path(path).resolve())
    return not resolved.startswith((*_STANDARD, _HERE))


def describe(stacks: Iterable[ProcessStack]) -> list[Wait]:
    """Say for every process, in the order given, what each of its threads waits for.

    The first process is called the main process. Threads and processes that belong to
    multiprocessing itself (handler threads, forkserver, resource tracker) are left out.
    """
    processes = list(stacks)
    waits = _describe_process(processes[0], "main process") if processes else []
    children = [stack for stack in processes[1:] if not _is_machinery(stack)]
    plain = [stack for stack in children if not _is_worker(stack)]
    for stack in children:
        if _is_worker(stack):
            name = "worker"
        else:
            name = f"child {plain.index(stack) + 1}" if len(plain) > 1 else "child"
        waits += _describe_process(stack, name)
    return waits


def _describe_process(stack: ProcessStack, name: str) -> list[Wait]:
    if not stack.threads:
        return [Wait(name, "no-stack", stack.missing, None, (), True)]
    waits = []
    for frames in reversed(stack.threads):  # the main thread first
        kind, what, frame = _classify(frames)
        if kind:
            calls = tuple(_since_start(frames))
            waits.append(Wait(name, kind, what, frame, calls, frames is stack.threads[-1]))
    return waits


def _classify(frames: Sequence[Frame]) -> tuple[str, str, Frame | None]:
    """Return kind, phrase and the learner's frame of one thread; kind "" is machinery."""
    frames = _since_start(frames)
    own = next((index for index, frame in enumerate(frames) if is_own(frame)), None)
    if own is None:
        return (*_classify_library(frames), None)
    frame = frames[own]
    for inner in reversed(frames[:own]):
        for ending, functions, kind, what in _CALLS:
            if inner.is_in(ending, *functions):
                return kind, what, frame
    if own == 0:
        line = source_line(frame)
        for pattern, kind, what in _LINES:
            if re.search(pattern, line):
                return kind, what, frame
    return "runs", "is", frame


def _since_start(frames: Sequence[Frame]) -> Sequence[Frame]:
    """Leave out what a forked child's stack inherited: the calls that led to the fork."""
    for index, frame in enumerate(frames):
        if frame.is_in("multiprocessing/process.py", "_bootstrap"):
            return frames[: index + 1]
        # Since 3.13 the functions for the exit run outside of _bootstrap.
        if frame.is_in("multiprocessing/popen_fork.py", "_launch"):
            return frames[: index + 1]
    return frames


def _classify_library(frames: Sequence[Frame]) -> tuple[str, str]:
    """Classify a thread without a frame of the learner's."""

    def has(ending: str, *functions: str) -> bool:
        return any(frame.is_in(ending, *functions) for frame in frames)

    if has("multiprocessing/queues.py", "_finalize_join", "join_thread"):
        return "flush", "someone to take out what it has put into a queue"
    if has("multiprocessing/queues.py", "_feed"):
        if has("multiprocessing/connection.py", "_send", "send_bytes"):
            return "feeder", "holds items for a queue whose pipe is full"
        return "", ""
    if _runs_task(frames):
        return "runs", "runs a task"
    if has("multiprocessing/pool.py", "worker") or has("futures/process.py", "_process_worker"):
        return "idle", "is idle: it waits for the next task"
    if has("multiprocessing/util.py", "_exit_function"):
        return "exit-join", "has finished, and waits for its child processes to end"
    if has("threading.py", "_shutdown"):
        return "exit-threads", "has finished, and waits for its threads to end"
    if has("multiprocessing/connection.py", "_send") and has("multiprocessing/process.py", "run"):
        return "pipe-send", "room in a full pipe (send)"
    return "", ""


def _runs_task(frames: Sequence[Frame]) -> bool:
    """A worker inside a task of labsupport's: frames of ours above the pool's worker loop."""
    return frames[0].path.startswith(_HERE) and any(
        frame.is_in("multiprocessing/pool.py", "worker") for frame in frames
    )


def _is_worker(stack: ProcessStack) -> bool:
    return any(
        frame.is_in("multiprocessing/pool.py", "worker")
        or frame.is_in("futures/process.py", "_process_worker")
        for frame in stack.main
    )


def _is_machinery(stack: ProcessStack) -> bool:
    """Tell whether a process is one of multiprocessing's own helpers."""
    inside = stack.main
    if any(frame.is_in("multiprocessing/resource_tracker.py", "main") for frame in inside):
        return True
    if any(frame.is_in("multiprocessing/managers.py", "serve_forever") for frame in inside):
        return True
    serves = any(frame.is_in("multiprocessing/forkserver.py", "main") for frame in inside)
    is_child = any(  # a child of the forkserver still has its main below, also while it ends
        frame.is_in("multiprocessing/forkserver.py", "_serve_one")
        or frame.is_in("multiprocessing/util.py", "_exit_function")
        for frame in inside
    )
    return serves and not is_child
