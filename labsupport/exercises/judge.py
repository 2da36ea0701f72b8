"""Judge an answer: run it in a fresh interpreter under limits, and say what was observed.

Whatever the answer does, the kernel goes on: a deadlock is diagnosed, an endless loop stopped,
and everything that was started is ended.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from labsupport.exercises import Exercise
from labsupport.exercises.verdicts import (
    UNSENDABLE_STEP,
    Verdict,
    fault_in_pool,
    is_unsendable,
    without_addresses,
    wrong,
)
from labsupport.hang_doctor.diagnosis import Diagnosis, diagnose, source_file
from labsupport.hang_doctor.job import Job, current_start_method, runner_argv
from labsupport.hang_doctor.monitor import Limits, Watched, watch
from labsupport.hang_doctor.wait_kinds import Wait, busy_line, describe
from labsupport.hang_doctor.warm_runner import start_warm
from labsupport.ownership.scratch import temporary_folder

PRINTED_LINES = 12  # of what an answer printed, at most
# A program that is ended cannot clean up: what its resource tracker says of that is no news.
_TRACKER = re.compile(
    r"^.*resource_tracker: There appear.*\n(\s+warnings\.warn\(.*\n?)?", re.MULTILINE
)


def judge(exercise: Exercise, answer: object, limits: Limits | None = None) -> tuple[Verdict, str]:
    """Return the verdict on an answer, and the beginning of what the answer printed.

    Args:
        exercise: the exercise that is answered.
        answer: the learner's function, defined in the exercise's `%%module` cell.
        limits: when to stop it.
    """
    try:
        path = source_file(answer)
    except TypeError as error:
        return wrong(f"{error}.", _call_step(exercise)), ""
    name = getattr(answer, "__name__", "")
    if name != exercise.function:
        return (
            wrong(f"this is {name}, but {exercise.function} is asked for.", _call_step(exercise)),
            "",
        )
    if fault := _before_running(exercise, path):
        return fault, ""
    with temporary_folder() as folder:
        watched, outcome = _run(exercise, path, folder, limits)
    return _verdict(exercise, path, watched, outcome), _shorten(watched.evidence.output)


def _call_step(exercise: Exercise) -> str:
    return (
        f"Run the cell %%module {exercise.module}, then check.{exercise.name}({exercise.function})."
    )


def _before_running(exercise: Exercise, path: Path) -> Verdict | None:
    """Return the verdict that the source alone gives: untouched, or other parameters."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stub = ast.parse(exercise.stub)
    if ast.dump(tree) == ast.dump(stub):
        return Verdict(
            "untouched",
            "not solved yet.",
            f"Change {exercise.function}, run its cell, and check again.",
        )
    wanted, found = (_parameters(each, exercise.function) for each in (stub, tree))
    if found != wanted:
        return wrong(
            f"{exercise.function} takes ({', '.join(found)}), not ({', '.join(wanted)}).",
            "Keep the first line of the function as the exercise gives it.",
        )
    return None


def _parameters(tree: ast.Module, function: str) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return []


def _run(
    exercise: Exercise, path: Path, folder: Path, limits: Limits | None
) -> tuple[Watched, dict[str, Any] | None]:
    """Run the probe with the answer; return how it ended, and its outcome if there is one."""
    result = folder / "result.json"
    scratch = folder / "scratch"
    scratch.mkdir()
    job = Job(
        module_path=str(path),
        function=exercise.function,
        start_method=current_start_method(),
        result_path=str(result),
        probe=exercise.probe,
        scratch=str(scratch),
    )
    job.save(folder / "job.json")
    watched = watch(
        runner_argv(folder / "job.json"),
        folder=folder,
        cwd=path.parent,
        env={"LAB_STARTUP_EVERY": exercise.startup},
        limits=limits,
        start=start_warm,
        is_done=result.exists,
        is_certain=lambda stacks, evidence: diagnose(stacks, evidence).certain,
    )
    outcome = None
    if watched.ending == "done":
        outcome = json.loads(result.read_text(encoding="utf-8"))
    return watched, outcome


def _verdict(
    exercise: Exercise, path: Path, watched: Watched, outcome: dict[str, Any] | None
) -> Verdict:
    if outcome is None:
        return _unfinished(exercise, watched)
    if outcome["kind"] == "raised":
        return _raised(exercise, path, outcome)
    return Verdict(**outcome["value"])


def _raised(exercise: Exercise, path: Path, outcome: dict[str, Any]) -> Verdict:
    kind, message = outcome["type"], without_addresses(outcome["message"])
    error = f"{kind}: {message}" if message else kind
    where = "in a worker" if outcome["place"] == "worker" else f"out of {exercise.function}"
    place = (
        f" Line {outcome['line']} of {path.name}: `{outcome['code']}`." if outcome["line"] else ""
    )
    return wrong(f"{error} came {where}.{place}", _step_for_error(kind, message))


def _step_for_error(kind: str, message: str) -> str:
    """Return the next step for an exception that an answer let out."""
    if is_unsendable(kind, message):
        return UNSENDABLE_STEP
    if "Pool is still running" in message:
        return "join() waits for workers that will only leave after close(): call close() first."
    if "Pool not running" in message:
        return "After close() or the end of the `with` block a pool takes no tasks."
    if "daemonic processes" in message:
        return "A worker of a pool cannot make processes: make the pool outside of the tasks."
    if kind == "NameError":
        return "The cell runs on its own in a fresh interpreter: import or define the name in it."
    if kind == "SystemExit":
        return "Let the function return; do not end the interpreter."
    if kind == "EOFError":
        return "There is no input here, and no other end: look at what this line reads."
    if kind == "MemoryError":
        return "Something grows without end: look at the loop around this line."
    return "Look at this line. You can also run the function yourself in a cell."


def _unfinished(exercise: Exercise, watched: Watched) -> Verdict:
    """Return the verdict on an answer that did not come to its end."""
    name = exercise.function
    if watched.ending == "exit":
        code = watched.returncode
        return wrong(
            f"{name} ended the whole interpreter (exit code {code}) before it returned.",
            "Let the function return; do not call os._exit or kill this process.",
        )
    if watched.ending == "crowd":
        return wrong(
            f"{name} started more and more processes, so all of them were ended.",
            "Start a fixed number of processes; start none from within a worker.",
        )
    if fault := fault_in_pool(watched.evidence.notes):
        return wrong(f"{name} never ends, because {fault.reason}", fault.next_step)
    computing = _computing(watched)
    line = busy_line(computing.frame) if computing is not None and computing.frame else ""
    if watched.ending in ("busy", "late") and line:
        return wrong(
            f"{name} computes without end at the line `{line}`.",
            "Give this loop an end, or let it wait for what it needs instead of asking again.",
        )
    return _hanging(name, watched, diagnose(watched.stacks, watched.evidence))


def _computing(watched: Watched) -> Wait | None:
    """Return the thread that computes, if there is one.

    A line with `.send(` is taken for a wait for a socket, but a generator has that method too.
    Where processor time was used up, such a line computes.
    """
    waits = describe(watched.stacks)
    kinds = ("runs", "socket") if watched.ending == "busy" else ("runs",)
    return next((wait for kind in kinds for wait in waits if wait.kind == kind), None)


def _hanging(name: str, watched: Watched, diagnosis: Diagnosis) -> Verdict:
    head = "never ends" if watched.ending != "late" else "was not done when its time was up"
    seen = "\n".join(f"    {wait}" for wait in diagnosis.waits)
    seen = re.sub(r"^    main process", "    your function", seen, flags=re.MULTILINE)
    if diagnosis.cause:
        return wrong(
            f"{name} {head}: {diagnosis.cause}\n  Who waits for what:\n{seen}",
            _capital(diagnosis.cure),
        )
    return wrong(
        f"{name} {head}.\n  Who waits for what:\n{seen}",
        "Look for the thing that this line waits for: who should bring it, and why does it not?",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shorten(output: str) -> str:
    """Return the first lines of an answer's output, each of bounded length."""
    lines = [line[:160] for line in _TRACKER.sub("", output).splitlines()]
    rest = len(lines) - PRINTED_LINES
    if rest > 0:
        lines = [*lines[:PRINTED_LINES], f"[… {rest} more lines]"]
    return "\n".join(lines)
