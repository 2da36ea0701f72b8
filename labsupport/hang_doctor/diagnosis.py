"""The hang doctor: which process of a stuck program waits for what, why, and the usual cure."""

from __future__ import annotations

import inspect
import os
import pickle
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labsupport.hang_doctor.evidence.stacks import ProcessStack
from labsupport.hang_doctor.job import Job, current_start_method, runner_argv
from labsupport.hang_doctor.monitor import Limits, Watched, watch
from labsupport.hang_doctor.rules import RULES, Evidence
from labsupport.hang_doctor.wait_kinds import describe
from labsupport.hang_doctor.warm_runner import start_warm
from labsupport.ownership.scratch import temporary_folder

_UNKNOWN = "None of the usual causes fits; the list above is all that can be seen."
# An argument is a time limit, also when it is a name; None and True set none.
_CLOCK = re.compile(
    r"\bsleep\(|timeout|\b(join|get|poll|wait|result)\(\s*(?!(None|True)\s*\))[^\s)]"
)


@dataclass(frozen=True)
class Diagnosis:
    """What a stuck program waits for.

    Attributes:
        waits: one sentence for each thread that waits, equal ones counted.
        cause: the usual cause of such a picture; empty if none fits.
        cure: what to change; empty if no cause fits.
        certain: the picture cannot change by itself, and none of the waits has a time limit.
        name: a short word for the cause, such as "join before drain".
    """

    waits: tuple[str, ...]
    cause: str = ""
    cure: str = ""
    certain: bool = False
    name: str = ""

    def __str__(self) -> str:
        lines = ["Who waits for what:", *(f"  {wait}" for wait in self.waits)]
        lines += [f"Usual cause: {self.cause}", f"Cure: {self.cure}"] if self.cause else [_UNKNOWN]
        return "\n".join(lines)


def diagnose(stacks: Sequence[ProcessStack], evidence: Evidence | None = None) -> Diagnosis:
    """Say what the processes of a stuck program wait for and what usually causes that.

    Args:
        stacks: as `stacks.collect` returns them, the main process first.
        evidence: what is known beside the stacks.
    """
    waits = describe(stacks)
    sentences = tuple(
        sentence if count == 1 else _plural(sentence, count)
        for sentence, count in Counter(map(str, waits)).items()
    )
    clock = any(
        wait.kind in ("sleep", "runs", "no-stack") or _CLOCK.search(wait.code) for wait in waits
    )
    for rule in RULES:
        if finding := rule(waits, evidence or Evidence()):
            name, cause, cure = finding
            return Diagnosis(sentences, cause, cure, certain=not clock, name=name)
    return Diagnosis(sentences, certain=bool(waits) and not clock)


def _plural(sentence: str, count: int) -> str:
    subject, rest = sentence.split(":", 1)
    return f"{count} times {subject}:{rest}"


def explain_hang(target: Callable[..., object] | str | os.PathLike[str], *args: object) -> None:
    """Run a function or program that hangs, and print who waits for what and how to cure it.

    It runs in a fresh interpreter; everything that it started is ended afterwards.

    Args:
        target: a function defined in a `%%module` cell, or the path of a program.
        args: the function's arguments (they must be picklable), or the program's.

    Raises:
        FileNotFoundError: there is no such program.
        TypeError: the target is neither a program's path nor a function in a file.
    """
    print(examine(target, *args))


def examine(
    target: Callable[..., object] | str | os.PathLike[str],
    *args: object,
    limits: Limits | None = None,
) -> str:
    """Do what `explain_hang` does, and return the text instead of printing it."""
    with temporary_folder() as folder:
        result = folder / "result.json"
        argv, cwd = _command(target, args, folder, result)
        watched = watch(
            argv,
            folder=folder,
            cwd=cwd,
            limits=limits,
            start=start_warm,
            is_done=result.exists,
            is_certain=lambda stacks, evidence: diagnose(stacks, evidence).certain,
        )
        return _report(watched)


def _command(
    target: Callable[..., object] | str | os.PathLike[str],
    args: Sequence[object],
    folder: Path,
    result: Path,
) -> tuple[list[str], Path]:
    if isinstance(target, str | os.PathLike):
        program = Path(target).resolve()
        if not program.is_file():
            raise FileNotFoundError(f"there is no program {os.fspath(target)}: give its path")
        return [sys.executable, program.name, *map(str, args)], program.parent
    path = source_file(target)
    job = Job(
        module_path=str(path),
        function=target.__name__,
        start_method=current_start_method(),
        result_path=str(result),
        arguments=pickle.dumps(args).hex(),
    )
    job.save(folder / "job.json")
    return runner_argv(folder / "job.json"), path.parent


def source_file(function: object) -> Path:
    """Return the file that defines a function of a `%%module` cell.

    Raises:
        TypeError: it is not such a function; the message says what to do.
    """
    if not inspect.isfunction(function):
        raise TypeError(
            f"this needs a function, not {type(function).__name__}: give its name without ()"
        )
    if function.__name__ == "<lambda>":
        raise TypeError("a lambda has no name: write a function with def in a %%module cell")
    path = Path(function.__code__.co_filename)
    module = sys.modules.get(function.__module__)
    if not path.is_file() or getattr(module, function.__name__, None) is not function:
        raise TypeError(
            f"{function.__name__} must be defined at the top level of a %%module cell, so that "
            "a fresh interpreter can import it"
        )
    return path.resolve()


def _report(watched: Watched) -> str:
    if watched.ending in ("done", "exit"):
        return "It does not hang: it came to its end."
    if watched.ending == "crowd":
        return "It started more and more processes, so it was ended."
    diagnosis = diagnose(watched.stacks, watched.evidence)
    head = {
        "still": "Nothing moves any more.",
        "broken": "A callback does not let the pool go on.",
        "late": "It was not at its end when its time was up.",
        "busy": "It computes and computes, and does not come to its end.",
    }[watched.ending]
    return f"{head}\n{diagnosis}"
