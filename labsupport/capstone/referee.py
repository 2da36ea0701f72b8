"""Judge a server: start it, send the clients, end it, and say what was found."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import IO

from labsupport.capstone.items import DESCRIPTORS, STAGES, Item
from labsupport.capstone.prober import order
from labsupport.capstone.report import Finding, Report, steady
from labsupport.capstone.serving import PLACEHOLDERS, NotServingError, Serving
from labsupport.capstone.stages import all_items
from labsupport.programs.run import child_env
from labsupport.programs.supervised_process import GuardedProcess, start_guarded

PROBE = "from labsupport.capstone.prober import main; main()"
GOES_ON = "a server that goes on"
FOUNDATIONS = ("greeting", "login")  # items without which every other one fails too
# A server may slow down an address that has sent a wrong password, and all clients have the same.
SPOILING = ("wrong-password", "guessing")
GRACE = 5.0  # seconds after an item's own deadline
MOST_FAILED_STARTS = 3  # a server that does not come up again so often is given up


class Prober:
    """The child process in which the clients run; a new one is made where one got lost."""

    def __init__(self) -> None:
        self._process: GuardedProcess | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def __enter__(self) -> Prober:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def end(self) -> None:
        """End the child, whatever it does."""
        if self._process is not None:
            self._process.end()
        self._process = None

    def probe(self, item: Item, serving: Serving) -> dict[str, str]:
        """Return {} if the server does what the item asks, else wanted, sent and came."""
        line = json.dumps(order(item, serving.place)).encode() + b"\n"
        try:
            answer = self._ask(line, item.seconds) or self._ask(line, item.seconds)
        except queue.Empty:
            self.end()
            return {
                "wanted": f"an end within {item.seconds:g} s",
                "sent": "",
                "came": "the clients were still waiting",
            }
        if not answer:  # twice the child ended without a word
            raise RuntimeError("the judge's clients end at once: is the machine out of memory?")
        found: dict[str, str] = json.loads(answer)
        return found

    def _ask(self, line: bytes, seconds: float) -> bytes:
        """Send an order and return its answer, b"" if the child has ended.

        Raises:
            queue.Empty: time is up.
        """
        if self._process is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        answer = b""
        with contextlib.suppress(OSError):  # a pipe that nobody reads any more
            os.write(self._process.stdin.fileno(), line)
            answer = self._answers.get(timeout=seconds + GRACE)
        if not answer:
            self.end()
        return answer

    def _start(self) -> None:
        self._process = start_guarded(
            [sys.executable, "-c", PROBE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_env(),
        )
        self._answers = queue.SimpleQueue()
        # A thread, because only sockets can be waited for on Windows.
        threading.Thread(
            target=_pass_on,
            args=(self._process.stdout, self._answers),
            name="judge-answers",
            daemon=True,
        ).start()


def _pass_on(stream: IO[bytes], answers: queue.SimpleQueue[bytes]) -> None:
    """Put each line of a stream into a queue, and b"" at its end."""
    with contextlib.suppress(OSError, ValueError):  # closed under our hands
        for line in stream:
            answers.put(line)
    answers.put(b"")


class Referee:
    """Judges one command; every item meets a server that has not failed before."""

    def __init__(self, command: Sequence[str], login: tuple[str, str] | None = None) -> None:
        self._command = list(command)
        self._login = login
        self._serving: Serving | None = None
        self._failed_starts = 0
        self._fresh = True  # nothing has been asked of this server yet

    def judge(self, items: Sequence[Item], say: Callable[[Finding], None]) -> Report:
        """Judge the items in their order and return the report."""
        findings: list[Finding] = []
        limit = 0
        with Prober() as prober, contextlib.ExitStack() as stack:
            stack.callback(self._end)
            for number, item in enumerate(items):
                spoilt = findings and findings[-1].item.name in SPOILING
                if spoilt or DESCRIPTORS.get(item.stage, 0) != limit:
                    self._end_well(findings)
                limit = DESCRIPTORS.get(item.stage, 0)
                try:
                    finding = self._one(prober, item)
                    if finding.died and not self._fresh:  # who is to blame, this item or the last?
                        finding = self._again(prober, item, findings)
                except NotServingError as error:
                    if not findings:
                        return Report(tuple(Finding(i, False) for i in items), str(error))
                    finding = Finding(item, False, "a server", "", str(error))
                findings.append(finding)
                say(finding)
                if item.name in FOUNDATIONS and not finding.passed:
                    findings += [replace(finding, item=other) for other in items[number + 1 :]]
                    break
            self._end_well(findings)
        return Report(tuple(findings))

    def _end_well(self, findings: list[Finding]) -> None:
        """End the server, and see whether the last item's clients have ended it by leaving."""
        if self._serving is not None and self._serving.has_ended(0.1):
            self._blame_last(findings)
        self._end()

    def _again(self, prober: Prober, item: Item, findings: list[Finding]) -> Finding:
        """Judge an item on a fresh server; if that goes well, the item before ended the old one."""
        finding = self._one(prober, item)
        if finding.passed:
            self._blame_last(findings)
        return finding

    def _blame_last(self, findings: list[Finding]) -> None:
        came = "the server ended as soon as these clients had left"
        findings[-1] = replace(findings[-1], passed=False, wanted=GOES_ON, sent="", came=came)

    def _one(self, prober: Prober, item: Item) -> Finding:
        self._fresh = self._serving is None
        serving = self._serving or self._start(item)
        found = prober.probe(item, serving)
        died = serving.is_dying() if found else serving.has_ended(0.0)
        if died:
            came = f"the server ended {serving.epitaph()}"
            found = {"sent": "", **found, "wanted": GOES_ON, "came": came}
        if not found:
            return Finding(item, True)
        self._end()
        port, home = serving.place.port, str(serving.place.home)
        told = {key: steady(found[key], port, home) for key in found}
        return Finding(item, False, **told, died=died)

    def _start(self, item: Item) -> Serving:
        if self._failed_starts >= MOST_FAILED_STARTS:
            raise NotServingError("it did not start again, so this item was not tried.")
        serving = Serving(self._command, self._login, DESCRIPTORS.get(item.stage, 0))
        try:
            self._serving = serving.start()
        except NotServingError as error:
            self._failed_starts += 1
            if not serving.place.port:  # nothing was started
                raise
            told = steady(str(error), serving.place.port, str(serving.place.home))
            raise NotServingError(told) from None
        return serving

    def _end(self) -> None:
        if self._serving is not None:
            self._serving.end()
        self._serving = None


def chosen(stages: Iterable[int] = (), only: Iterable[str] = ()) -> list[Item]:
    """Return the items of some stages, or those with some names; without both, all.

    Raises:
        ValueError: there is no such stage or item; the message says which there are.
    """
    items = all_items()
    stages, only = list(stages), list(only)
    for number in stages:
        if number not in STAGES:
            raise ValueError(f"there is no stage {number}: the stages are 1 to {max(STAGES)}.")
    for name in only:
        if name not in items:
            raise ValueError(f"there is no item {name!r}: --list shows all of them.")
    if not stages and not only:
        return list(items.values())
    return [item for item in items.values() if item.stage in stages or item.name in only]


def words_of(command: str | os.PathLike[str] | Sequence[str]) -> list[str]:
    """Return the words that start a server on a port and a home of the judge's.

    A text is split as a shell does, unless it is the name of a file; a path is never split. A
    Python file alone stands for this Python, the file and all placeholders; `python` is this
    Python.

    Raises:
        ValueError: words are missing, or a quotation mark; the message says which.

    >>> words_of("server.py")[1:]
    ['server.py', '{port}', '{home}', '{user}', '{password}']
    """
    if isinstance(command, str) and not os.path.isfile(command):  # noqa: PTH113 - long texts too
        try:
            command = shlex.split(command)
        except ValueError:
            raise ValueError(f"a quotation mark is missing in {command!r}.") from None
    if isinstance(command, str | os.PathLike):
        command = [os.fspath(command)]
    words = [os.fspath(word) for word in command]
    if len(words) == 1 and words[0].endswith(".py"):
        words = [sys.executable, *words, *PLACEHOLDERS]
    if words and words[0] in ("python", "python3"):
        words[0] = sys.executable
    if not words:
        raise ValueError("there is no command: write it behind --, with {port} and {home} in it.")
    for name in ("{port}", "{home}"):
        if not any(name in word for word in words):
            raise ValueError(f"the command must say {name} where the server takes it.")
    return words


def judge(
    command: str | os.PathLike[str] | Sequence[str],
    stages: Iterable[int] = (),
    only: Iterable[str] = (),
    login: tuple[str, str] | None = None,
    say: Callable[[Finding], None] = lambda finding: None,
) -> Report:
    """Judge a server and return the report.

    Args:
        command: what starts it, see `words_of`.
        stages, only: what to judge, see `chosen`.
        login: name and password of a user that the server knows by itself.
        say: is called with each finding as soon as there is one.

    Raises:
        ValueError: the command or the choice is wrong; the message says how to mend it.
    """
    return Referee(words_of(command), login).judge(chosen(stages, only), say)


def check_server(
    command: str | os.PathLike[str] | Sequence[str],
    stages: Iterable[int] | int = (),
    only: Iterable[str] = (),
) -> Report:
    """Judge a server and return the report, whose text is the same each time.

    Args:
        command: a Python file that takes PORT HOME USER PASSWORD, or a command with the
            placeholders {port} {home} {user} {password}, as one text or in words.
        stages: which of the stages 1 to 8 are judged, one or several; without, all of them.
        only: names of single items to judge, besides those of the stages.

    Raises:
        ValueError: the command holds no {port} or {home}, or there is no such stage or item.
    """
    return judge(command, [stages] if isinstance(stages, int) else stages, only)
