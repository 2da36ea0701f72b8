"""Run a program, watch whether it makes progress, and take its stacks when it does not."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from labsupport.hang_doctor.evidence.notes import VARIABLE, Note, read_notes
from labsupport.hang_doctor.evidence.stacks import ProcessStack, collect, stack_environment
from labsupport.hang_doctor.evidence.stillness import Stillness, largest_cpu_time
from labsupport.hang_doctor.job import current_start_method
from labsupport.hang_doctor.rules import Evidence
from labsupport.programs.run import child_env
from labsupport.programs.supervised_process import GuardedProcess, start_guarded

OUTPUT_PART = 32_000  # bytes kept from the beginning and from the end of the output
_LOOK = 0.1  # seconds between two looks at the processes
_ASK = 0.02  # seconds between two questions whether it is done, which costs next to nothing

Ending = Literal["done", "exit", "still", "broken", "busy", "late", "crowd"]


@dataclass(frozen=True)
class Limits:
    """When a program is stopped.

    Attributes:
        wall: seconds of real time.
        cpu: seconds of processor time of one process: it computes without end.
        still: seconds in which no thread ran, after which the stacks are looked at.
        callback: seconds after which a pool's callback that has raised, or is not over yet,
            makes the program be looked at (the pool then spins, so it is not still).
        processes: more than these at once are taken for a fork bomb.
    """

    wall: float = 20.0
    cpu: float = 3.0
    still: float = 0.7  # a manager's server wakes once a second (CPython, Server.serve_forever)
    callback: float = 1.5
    processes: int = 100 + 2 * (os.cpu_count() or 1)


@dataclass(frozen=True)
class Watched:
    """How a watched program ended.

    Attributes:
        ending: "done" (it delivered), "exit" (it ended by itself), "still" (nothing of it ran
            any more), "broken" (a callback raised or hangs), "busy" (used up the
            processor time), "late" (used up the time) or "crowd" (too many processes).
        returncode: the exit code if it ended by itself.
        evidence: what it printed (beginning and end) and what was noted in it.
        stacks: the processes when it was stopped, the program itself first.
    """

    ending: Ending
    returncode: int | None
    evidence: Evidence
    stacks: tuple[ProcessStack, ...]


class _Output:
    """Reads a pipe to its end in a thread and keeps a bounded part of it."""

    def __init__(self) -> None:
        self._read_end, self.write_end = os.pipe()
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = False
        self._thread = threading.Thread(target=self._drain, daemon=True, name="output")
        self._thread.start()

    def _drain(self) -> None:
        with open(self._read_end, "rb", buffering=0) as stream:
            while data := stream.read(65536):
                room = OUTPUT_PART - len(self._head)
                self._head += data[:room]
                self._tail += data[room:]
                if len(self._tail) > OUTPUT_PART:
                    del self._tail[:-OUTPUT_PART]
                    self._dropped = True

    def text(self) -> str:
        """Return what has come so far."""
        middle = b"\n[...]\n" if self._dropped else b""
        return bytes(self._head + middle + self._tail).decode("utf-8", "replace")

    def finish(self) -> str:
        """Wait for the end of the output, which comes when no process holds the pipe."""
        self._thread.join(5.0)
        return self.text()


def watch(
    argv: Sequence[str],
    *,
    folder: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    start: Callable[..., GuardedProcess] = start_guarded,
    is_done: Callable[[], bool] = lambda: False,
    is_certain: Callable[[Sequence[ProcessStack], Evidence], bool] = lambda stacks, evidence: False,
) -> Watched:
    """Run a program until it is done, ends, hangs or exceeds a limit; leave nothing of it.

    Args:
        argv: the program and its arguments.
        folder: a folder for its stacks and notes.
        env: variables that are added to the environment.
        start: how to start it, called as `start_guarded` is.
        is_done: asked again and again; True ends the program with the ending "done".
        is_certain: asked with stacks and evidence once nothing runs any more; True ends the
            program at once, False lets it go on, because it might wait for a clock.

    Raises:
        OSError: the program cannot be started.
    """
    bounds = limits or Limits()
    output = _Output()
    variables = child_env({**watch_environment(folder), **(env or {})})
    try:
        program = start(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output.write_end,
            stderr=output.write_end,
            cwd=cwd,
            env=variables,
        )
    finally:
        os.close(output.write_end)
    with program:

        def notes() -> Sequence[Note]:
            return read_notes(folder / "notes")

        def is_hang(stacks: Sequence[ProcessStack]) -> bool:
            return is_certain(stacks, Evidence(output.text(), notes()))

        ending, stacks = _observe(program, folder, bounds, is_done, is_hang, notes)
        returncode = program.poll() if ending == "exit" else None
    return Watched(ending, returncode, Evidence(output.finish(), notes()), tuple(stacks))


def watch_environment(folder: Path) -> dict[str, str]:
    """Return the variables that make a program's processes write stacks and notes there."""
    return {
        **stack_environment(folder),
        VARIABLE: str(folder / "notes"),
        "LAB_STARTUP": "labsupport.hang_doctor.evidence.pool_watch:install",
        "LAB_START_METHOD": current_start_method(),
    }


def _observe(
    program: GuardedProcess,
    folder: Path,
    limits: Limits,
    is_done: Callable[[], bool],
    is_hang: Callable[[Sequence[ProcessStack]], bool],
    notes: Callable[[], Sequence[Note]],
) -> tuple[Ending, list[ProcessStack]]:
    deadline = time.monotonic() + limits.wall
    stillness = Stillness()
    next_check = limits.still
    last_callback, callback_since = "fine", time.monotonic()
    while True:
        if _ends_soon(program, is_done):
            return ("done" if is_done() else "exit"), []
        pids = program.processes()
        if len(pids) > limits.processes:
            return "crowd", []
        if time.monotonic() > deadline:
            return "late", collect(folder, pids)
        callback = _callback_state(notes())
        if callback != last_callback:
            last_callback, callback_since = callback, time.monotonic()
        if callback != "fine" and time.monotonic() - callback_since > limits.callback:
            stacks = collect(folder, pids)
            if callback == "raised" or is_hang(stacks):
                return "broken", stacks
            callback_since = time.monotonic()
        if largest_cpu_time(pids) > limits.cpu:
            return "busy", collect(folder, pids)
        seconds = stillness.seconds(pids)
        if seconds < limits.still:
            next_check = limits.still
        elif seconds >= next_check and not is_done():
            stacks = collect(folder, pids, still=True)
            if is_hang(stacks):
                return "still", stacks
            next_check = limits.wall  # it waits for a clock: look again at the deadline


def _ends_soon(program: GuardedProcess, is_done: Callable[[], bool]) -> bool:
    """Tell whether the program is done, or has ended, before the next look is due."""
    until = time.monotonic() + _LOOK
    while not is_done():
        try:
            program.wait(_ASK)
        except subprocess.TimeoutExpired:
            if time.monotonic() > until:
                return False
        else:
            return True
    return True


def _callback_state(notes: Sequence[Note]) -> str:
    """Return "raised", "runs" or "fine", by what `pool_watch` has noted."""
    kinds = [note["kind"] for note in notes]
    if "callback-raised" in kinds:
        return "raised"
    begun = kinds.count("callback") + kinds.count("error_callback")
    return "runs" if begun > kinds.count("callback-over") else "fine"
