"""The probe of lesson 15's `store_once`: it watches which files an answer opens and renames.

Python reports both to audit hooks (PEP 578) before they happen. So the probe can let a call die
at its last step, and let another call run in the very middle of it, every time.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]
_DATA = b"paid " * 1000
_KEY = "payment-7"


class _Died(BaseException):
    """Ends a call at its last step, as a power cut would."""


class _Watch:
    """What an answer does with files below a folder, while it is on."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.opened: list[str] = []
        self.renamed: list[tuple[str, str]] = []
        #: called before the first rename of a call
        self.at_rename: Callable[[], None] | None = None

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take one audit event; errors raised here stop what was about to happen."""
        if self.folder is None or event not in ("open", "os.rename"):
            return
        if event == "open":
            path, _, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            if writes and isinstance(path, str | bytes | os.PathLike):
                self.opened.append(os.fsdecode(path))
            return
        self.renamed.append((os.fsdecode(arguments[0]), os.fsdecode(arguments[1])))
        action, self.at_rename = self.at_rename, None
        if action is not None:
            action()


_watch = _Watch()
_hooked = False


def _start(folder: Path) -> None:
    global _hooked
    if not _hooked:
        sys.addaudithook(_watch.hook)  # for the whole life of the interpreter
        _hooked = True
    _watch.folder, _watch.opened, _watch.renamed, _watch.at_rename = folder, [], [], None


def store_once(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `store(folder, key, data)`: whole or not at all, again, at once, after a death."""
    try:
        for number, judge in enumerate((_judge_one, _judge_death, _judge_two, _judge_half)):
            place = folder / str(number)
            place.mkdir(parents=True)
            _start(place)
            verdict = judge(answer, place)
            if verdict is not None:
                return verdict.as_json()
    finally:
        _watch.folder = None
    return RIGHT.as_json()


def _content_is_wrong(folder: Path, what: str) -> Verdict | None:
    path = folder / _KEY
    if not path.exists():
        return wrong(f"{what}, and there is no file {_KEY}.", "Store the data under the key.")
    size = path.stat().st_size
    if path.read_bytes() != _DATA:
        return wrong(
            f"{what}, and the file {_KEY} holds {size} bytes that are not the data.",
            f"It should hold the {len(_DATA)} bytes that were given, and nothing else.",
        )
    return None


def _judge_one(answer: Answer, folder: Path) -> Verdict | None:
    answer(folder, _KEY, _DATA)
    verdict = _content_is_wrong(folder, "store was called once")
    if verdict is not None:
        return verdict
    final = folder / _KEY
    if any(Path(path).absolute() == final for path in _watch.opened):
        return wrong(
            f"store opened {_KEY} itself for writing: who looks meanwhile sees a part of it.",
            "Write under another name, then rename: os.replace does it in one step.",
        )
    for source, target in _watch.renamed:
        if Path(target).absolute() == final and Path(source).parent != folder:
            return wrong(
                "the other file stood in another folder; on another file system a rename is "
                "no single step, or fails.",
                "Write it in the same folder.",
            )
    others = sorted(path.name for path in folder.iterdir() if path.name != _KEY)
    if others:
        return wrong(
            f"store has returned, and this is left beside the file: {others[0]}.",
            "Rename, do not copy.",
        )
    answer(folder, _KEY, _DATA)
    return _content_is_wrong(folder, "store was called a second time")


def _judge_death(answer: Answer, folder: Path) -> Verdict | None:
    def die() -> None:
        raise _Died

    _watch.at_rename = die
    with contextlib.suppress(_Died):
        answer(folder, _KEY, _DATA)
    if (folder / _KEY).exists():
        return _content_is_wrong(folder, "a call died before its rename")
    try:
        answer(folder, _KEY, _DATA)
    except FileExistsError as error:
        return wrong(
            "a call died in the middle; the next one found its other file and raised "
            f"{type(error).__name__}.",
            "Who finds such a file may overwrite it, or takes a name that nobody else has.",
        )
    if not (folder / _KEY).exists():
        return wrong(
            f"a call died in the middle; the next one returned, and there is no file {_KEY}.",
            "The other file proves only that somebody has begun: write your own, and rename it.",
        )
    return _content_is_wrong(folder, "a call died, and another one returned")


def _judge_two(answer: Answer, folder: Path) -> Verdict | None:
    own = os.getpid

    def another_process() -> None:
        os.getpid = lambda: own() + 1
        try:
            answer(folder, _KEY, _DATA)
        finally:
            os.getpid = own

    _watch.at_rename = another_process
    try:
        answer(folder, _KEY, _DATA)
    except FileNotFoundError:
        return wrong(
            "two processes stored the same key at once: one renamed the other file of both away.",
            "Each process needs a name of its own: put os.getpid() into it, or use tempfile.",
        )
    except FileExistsError:
        return wrong(
            "two processes stored the same key at once, and one raised FileExistsError.",
            "Each process needs a name of its own: put os.getpid() into it, or use tempfile.",
        )
    return _content_is_wrong(folder, "two processes stored the same key at once")


def _judge_half(answer: Answer, folder: Path) -> Verdict | None:
    (folder / _KEY).write_bytes(_DATA[:10])
    _start(folder)
    answer(folder, _KEY, _DATA)
    return _content_is_wrong(folder, "half a file of an older program lay there, store returned")
