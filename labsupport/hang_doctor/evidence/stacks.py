"""Collect the stacks of all threads of all Python processes of a watched program.

Every Python process of the program registers a signal at its start (see
`startup/sitecustomize.py`); `collect` sends it and reads what `faulthandler` wrote.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labsupport.hang_doctor.evidence.stillness import activity

_FRAME = re.compile(r'^  File "(?P<path>.*)", line (?P<line>\d+) in (?P<function>.+)$')
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
_THREAD = re.compile(r"^(Thread|Current thread) 0x[0-9a-f]+ .*\(most recent call first\):$")


@dataclass(frozen=True)
class Frame:
    """One call: the file, the line it has reached and the name of the function."""

    path: str
    line: int
    function: str

    def is_in(self, ending: str, *functions: str) -> bool:
        """Tell whether the frame lies in a file of this ending and one of these functions."""
        path = self.path.replace("\\", "/")
        return path.endswith(ending) and (not functions or self.function in functions)


@dataclass(frozen=True)
class ProcessStack:
    """The threads of one process, each a tuple of frames, the innermost frame first.

    `threads` is empty when no stack could be had; `missing` says why. The main thread, which
    has been there longest, comes last, as faulthandler writes it.
    """

    pid: int
    threads: tuple[tuple[Frame, ...], ...]
    missing: str = ""

    @property
    def main(self) -> tuple[Frame, ...]:
        """The main thread's frames; empty when no stack could be had."""
        return self.threads[-1] if self.threads else ()


def stack_signals() -> tuple[int, int]:
    """Return the signals that ask for stacks (handled in C, in Python); zeros for none.

    Real-time signals are taken where there are some, because programs use SIGUSR1 and SIGUSR2.
    """
    if hasattr(signal, "SIGRTMAX"):
        return int(signal.SIGRTMAX) - 2, int(signal.SIGRTMAX) - 3
    return int(getattr(signal, "SIGUSR2", 0)), int(getattr(signal, "SIGUSR1", 0))


def stack_environment(folder: Path) -> dict[str, str]:
    """Return the variables that make a program's Python processes write stacks to `folder`."""
    startup = str(Path(__file__).with_name("startup"))
    inherited = os.environ.get("PYTHONPATH", "")
    return {
        "LAB_STACKS": str(folder),
        "LAB_STACK_SIGNALS": " ".join(map(str, stack_signals())),
        "PYTHONPATH": os.pathsep.join(filter(None, [startup, inherited])),
    }


def parse_stacks(text: str) -> tuple[tuple[Frame, ...], ...]:
    """Read what `faulthandler` wrote: one tuple of frames for each thread.

    >>> parse_stacks('Thread 0x01 (most recent call first):\\n  File "a.py", line 3 in f\\n')
    ((Frame(path='a.py', line=3, function='f'),),)
    """
    threads: list[list[Frame]] = []
    for line in text.splitlines():
        if _THREAD.match(line):
            threads.append([])
        elif threads and (found := _FRAME.match(line)):
            path, function = unescape(found["path"]), unescape(found["function"])
            frame = Frame(path, int(found["line"]), function)
            if not frame.is_in("startup/sitecustomize.py", "_write"):  # the handler itself
                threads[-1].append(frame)
    return tuple(tuple(frames) for frames in threads if frames)


def unescape(text: str) -> str:
    r"""Return a name as it was before `faulthandler` wrote it.

    A signal handler can encode nothing, so it writes what is not printable ASCII as `\xhh`,
    `\uhhhh` or `\Uhhhhhhhh` (`_Py_DumpASCII` in CPython), and a backslash as it is: what would
    stand for printable ASCII is a name's own text.

    >>> unescape(r"Gr\xfc\xdfe \u674e/\x41.py")
    'Grüße 李/\\x41.py'
    """
    return _ESCAPED.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    code = int(found[1] or found[2] or found[3], 16)
    is_printable_ascii = 0x20 <= code < 0x7F
    return found[0] if is_printable_ascii or code > sys.maxunicode else chr(code)


def collect(
    folder: Path, pids: Iterable[int], still: bool = False, limit: float = 1.0
) -> list[ProcessStack]:
    """Ask the processes for their stacks and return them in the order of `pids`.

    Args:
        folder: the folder given to `stack_environment` when the program was started.
        pids: the processes to ask.
        still: nothing runs in them, so the handler in C can be trusted and is asked first.
        limit: seconds to wait for answers that do not come, for each of the two handlers.
    """
    order = list(pids)
    in_c, in_python = stack_signals()
    found: dict[int, ProcessStack] = {}
    for number in (in_c, in_python) if still else (in_python, in_c):
        silent = [pid for pid in order if pid not in found or not found[pid].threads]
        found |= _ask(folder, silent, number, limit)
    return [found[pid] for pid in order]


def _ask(folder: Path, pids: Iterable[int], number: int, limit: float) -> dict[int, ProcessStack]:
    """Send a signal to the processes and read the stacks that they write."""
    asked: dict[int, int] = {}
    missing: dict[int, str] = {}
    for pid in pids:
        path = folder / f"{pid}.stack"
        if not path.exists():
            missing[pid] = "it is not a Python process, or has only just started"
        elif not _catches(pid, number):
            missing[pid] = "it no longer answers the signal that asks for its stack"
        else:
            size = path.stat().st_size
            try:
                os.kill(pid, number)
                asked[pid] = size
            except OSError:
                missing[pid] = "it has just ended"
    in_python = number == stack_signals()[1]
    answers = _read_answers(folder, asked, limit, in_python) if asked else {}
    found = {}
    for pid in (*asked, *missing):
        threads = parse_stacks(answers.get(pid, ""))
        reason = "" if threads else missing.get(pid, "it did not answer in time")
        found[pid] = ProcessStack(pid, threads, reason)
    return found


def _read_answers(
    folder: Path, asked: dict[int, int], limit: float, in_python: bool
) -> dict[int, str]:
    """Wait until all stacks are written, and return them.

    The handler in Python writes a last line; the one in C does not, but its process is not at
    rest before it has written everything.
    """
    deadline = time.monotonic() + limit
    previous: dict[int, str] = {}
    while True:
        time.sleep(0.05)
        at_rest = in_python or activity(asked) is not None
        answers = {}
        for pid, start in asked.items():
            with contextlib.suppress(OSError):
                data = (folder / f"{pid}.stack").read_bytes()
                answers[pid] = data[start:].decode("utf-8", "replace")
        complete = all(
            answers.get(pid, "").endswith("end\n" if in_python else "\n") for pid in asked
        )
        if (complete and at_rest and answers == previous) or time.monotonic() > deadline:
            return answers
        previous = answers


def _catches(pid: int, number: int) -> bool:
    """Tell whether the process handles the signal: to one that does not it would be deadly.

    A process that has replaced itself by another program (exec) has lost its handlers. Linux
    shows them as a bit mask, see proc(5), SigCgt; elsewhere the answer is taken to be yes.
    """
    if not sys.platform.startswith("linux"):
        return True
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False
    mask = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return mask is None or bool(int(mask[1], 16) >> (number - 1) & 1)
