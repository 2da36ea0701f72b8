"""Run a program in its own interpreter and show its output as it comes.

Why not in the kernel? `monkey.patch_all()` breaks ipykernel, multiprocessing's spawn and
forkserver need a `__main__` that is a file, and a program that hangs must not take the
notebook with it.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from labsupport.ownership.scratch import place
from labsupport.programs.supervised_process import GuardedProcess, start_guarded
from labsupport.traces.recorder import ENVIRONMENT_VARIABLE, Recorder

OUTPUT_LIMIT = 100_000  # characters: more would make a notebook that no browser opens
INTERRUPT_GRACE = 2.0  # seconds in which an interrupted program may say good-bye

# What changes the output of a Python program between two machines.
_UNWANTED = ("PYTHONUNBUFFERED", "MPLBACKEND", "FORCE_COLOR", "CLICOLOR_FORCE", "PYTHONSTARTUP")
_FIXED = {
    "NO_COLOR": "1",
    "PYTHON_COLORS": "0",
    "TERM": "dumb",
    "COLUMNS": "100",
    "LINES": "40",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True)
class Finished:
    """A program that has ended.

    Attributes:
        returncode: exit code; negative for a signal; None if the time limit stopped it.
        output: standard output and standard error, in the order of a terminal, decoded as
            UTF-8 with replacement characters, cut after `OUTPUT_LIMIT` characters.
        timed_out: the time limit stopped it.
        recorder: the events that the program recorded with `Recorder.from_environment()`.
    """

    returncode: int | None
    output: str
    timed_out: bool
    recorder: Recorder = field(repr=False)

    @property
    def lines(self) -> list[str]:
        """The output's lines."""
        return self.output.splitlines()


def child_env(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment made predictable for a child, plus `extra`.

    >>> child_env({"SPEED": "slow"})["SPEED"]
    'slow'
    >>> "PYTHONUNBUFFERED" in child_env()
    False
    """
    env = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    return {**env, **_FIXED, **(extra or {})}


class _Screen:
    """Collects the output, bounded, and shows it: bytes in, text out."""

    def __init__(self, echo: bool, hidden: str) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._echo = echo
        self._hidden = hidden
        self._held = ""
        self._length = 0
        self._parts: list[str] = []

    def feed(self, data: bytes, final: bool = False) -> None:
        """Take the next bytes; `final` also gives out what was held back."""
        text = self._held + self._decoder.decode(data, final)
        self._held = ""
        if self._hidden:
            text = text.replace(self._hidden, 'File "')
            if not final:
                text, self._held = _split_partial(text, self._hidden)
        if text:
            self._show(text)

    def _show(self, text: str) -> None:
        room = OUTPUT_LIMIT - self._length
        if room < 0:
            return
        self._length += len(text)
        if len(text) > room:
            text = text[:room] + f"\n[output cut after {OUTPUT_LIMIT:,} characters]\n"
        self._parts.append(text)
        self._write(text)

    def note(self, text: str) -> None:
        """Show a remark of ours on a line of its own; it is not part of the output."""
        last = self._parts[-1] if self._parts else "\n"
        self._write(f"[{text}]\n" if last.endswith("\n") else f"\n[{text}]\n")

    def _write(self, text: str) -> None:
        if self._echo:
            sys.stdout.write(text)
            sys.stdout.flush()

    @property
    def text(self) -> str:
        return "".join(self._parts)


def _split_partial(text: str, needle: str) -> tuple[str, str]:
    """Cut off an end of text that may be the beginning of needle."""
    for length in range(min(len(needle) - 1, len(text)), 0, -1):
        if needle.startswith(text[-length:]):
            return text[:-length], text[-length:]
    return text, ""


def _open_terminal() -> tuple[int, int]:
    """Return (our end, the program's end) of a pseudo terminal, or of a pipe without one.

    On a terminal every process of the program is line buffered, also spawned ones: no line
    is lost or torn (Python docs, sys.stdout).
    """
    try:
        import termios

        ours, theirs = os.openpty()
    except (ImportError, AttributeError, OSError):
        return os.pipe()
    modes = termios.tcgetattr(theirs)
    modes[1] &= ~termios.OPOST  # "\n" stays "\n"
    modes[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    return ours, theirs


def _read_all(descriptor: int, chunks: queue.Queue[bytes]) -> None:
    """Put everything that can be read into chunks; an empty one means the end."""
    while True:
        try:
            data = os.read(descriptor, 65536)
        except OSError:  # EIO: the last process has closed the terminal (Linux)
            data = b""
        chunks.put(data)
        if not data:
            return


def run_program(
    path: str | os.PathLike[str],
    *args: object,
    timeout: float = 30.0,
    stdin: str | None = None,
    env: dict[str, str] | None = None,
    echo: bool = True,
    cwd: str | os.PathLike[str] | None = None,
) -> Finished:
    """Run a Python file as a program of its own; when this returns, nothing of it is left.

    Args:
        path: the program's file; relative to `cwd` where that is given.
        args: its command line arguments, turned into text.
        timeout: seconds after which it and all its processes are ended.
        stdin: what it reads on standard input; None: nothing.
        env: further environment variables.
        echo: show the output while it runs, and why it ended if that was not exit code 0.
        cwd: the folder to run in. Tracebacks name files of this folder without it, so that
            they are the same on every machine.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: timeout is not a positive number.
        KeyboardInterrupt: the cell was interrupted; the program was, too, and has ended.

    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile("w", suffix=".py") as file:
    ...     _ = file.write("import sys; print('hello', sys.argv[1])")
    ...     file.flush()
    ...     finished = run_program(file.name, "world", echo=False)
    >>> finished.returncode, finished.output
    (0, 'hello world\\n')
    """
    __tracebackhide__ = True
    program = Path(cwd or ".", path)
    if not program.is_file():
        raise FileNotFoundError(f"there is no program {path}; check the name and the folder")
    if not timeout > 0:
        raise ValueError(f"the time limit must be more than 0 seconds, not {timeout!r}")
    recorder = Recorder(program.stem)
    hidden = f'File "{Path(cwd).resolve()}{os.sep}' if cwd is not None else ""
    screen = _Screen(echo, hidden)
    with contextlib.ExitStack() as stack:
        source: int | IO[bytes] = subprocess.DEVNULL
        if stdin is not None:
            source = stack.enter_context(tempfile.TemporaryFile(dir=place()))
            source.write(stdin.encode())
            source.seek(0)
        ours_env = {ENVIRONMENT_VARIABLE: os.fspath(recorder.path)}
        ours, theirs = _open_terminal()
        try:
            guarded = start_guarded(
                [sys.executable, os.fspath(path), *map(str, args)],
                stdin=source,
                stdout=theirs,
                stderr=theirs,
                cwd=cwd,
                env=child_env({**ours_env, **(env or {})}),
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        with guarded:
            try:
                timed_out = _follow(guarded, ours, screen, timeout)
            except KeyboardInterrupt:  # a fresh one: the learner need not see our waiting
                raise KeyboardInterrupt(f"{program.name} was interrupted") from None
    returncode = None if timed_out else guarded.wait(0)
    if timed_out:
        screen.note(f"stopped: {program.name} ran for more than {timeout:g} s")
    elif returncode:
        screen.note(f"exit code {returncode}")
    return Finished(returncode, screen.text, timed_out, recorder)


def _follow(guarded: GuardedProcess, source: int, screen: _Screen, timeout: float) -> bool:
    """Show the output until its end; True if the time limit ended the program."""
    chunks: queue.Queue[bytes] = queue.Queue(maxsize=16)
    reader = threading.Thread(target=_read_all, args=(source, chunks), daemon=True)
    reader.start()
    deadline = time.monotonic() + timeout
    at_end = False

    def show_until(moment: float) -> bool:
        while (left := moment - time.monotonic()) > 0:
            try:
                data = chunks.get(timeout=left)
            except queue.Empty:
                return False
            if not data:
                return True
            screen.feed(data)
        return False

    try:
        at_end = show_until(deadline)
        if at_end:  # it may have closed its output and still run
            guarded.wait(max(0.0, deadline - time.monotonic()))
        return not at_end
    except subprocess.TimeoutExpired:
        return True
    except KeyboardInterrupt:
        guarded.interrupt()
        at_end = at_end or show_until(time.monotonic() + INTERRUPT_GRACE)
        raise
    finally:
        guarded.end()
        with contextlib.suppress(queue.Empty):  # a process that even SIGKILL did not end
            while not at_end:
                at_end = not chunks.get(timeout=INTERRUPT_GRACE)
        screen.feed(b"", final=True)
        reader.join(timeout=INTERRUPT_GRACE)
        os.close(source)
