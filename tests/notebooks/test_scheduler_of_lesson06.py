"""The scheduler that lesson 06 builds is the seed of the server's loop: same names, same traces."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ftp_project.loop as server
from tools.authoring.source import load

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "src" / "06_pause_and_resume.md"
CELLS = {cell.program: cell.body for cell in load(LESSON).code if cell.program}

# What a task does: wait some seconds of the test's clock, let the others go on, start a task.
Program = list[Any]
steps = st.recursive(
    st.one_of(st.just("pause"), st.integers(1, 6)),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)
programs = st.lists(st.lists(steps, max_size=5), min_size=1, max_size=5)


def lesson_module(name: str) -> ModuleType:
    module = ModuleType(name)
    exec(CELLS[name], module.__dict__)
    return module


LOOP, WAITS = lesson_module("pause_loop"), lesson_module("pause_waits")


def trace_of(kit: Any, make_loop: Any, programs: list[Program]) -> list[str]:
    """Run the programs on one of the two loops; the clock goes on by 1 in each turn."""
    now, alive, trace = [0.0], [0], list[str]()
    loop = make_loop(clock=lambda: now[0])

    def task(name: str, program: Program) -> Generator[Any, Any, None]:
        for number, step in enumerate(program):
            trace.append(f"{name}.{number} at {now[0]:g}")
            if step == "pause":
                yield from kit.pause()
            elif isinstance(step, int):
                yield from kit.sleep(step)
            else:
                start(f"{name}.{number}", step)
        trace.append(f"{name} ends at {now[0]:g}")
        alive[0] -= 1

    def start(name: str, program: Program) -> None:
        alive[0] += 1
        loop.spawn(task(name, program))

    def main() -> Generator[Any, Any, None]:
        for number, program in enumerate(programs):
            start(str(number), program)
        while alive[0]:
            now[0] += 1
            yield from kit.pause()

    loop.run(main())
    return trace


class LessonKit:
    """The lesson's loop and waits under the names that `ftp_project.loop` has for its own."""

    Loop, sleep, pause = LOOP.Loop, staticmethod(WAITS.sleep), staticmethod(WAITS.pause)


@given(programs)
def test_the_lessons_scheduler_and_the_servers_loop_give_the_same_trace(
    programs: list[Program],
) -> None:
    mine = trace_of(LessonKit, LOOP.Loop, programs)
    assert mine == trace_of(server, server.Loop, programs)
    assert len([line for line in mine if "ends" in line]) >= len(programs)


@pytest.mark.parametrize("kit", [LessonKit, server], ids=["lesson", "server"])
def test_the_lessons_breakfast_is_the_same_on_both_in_real_time(kit: Any) -> None:
    said: list[str] = []
    loop = kit.Loop()
    breakfast = lesson_module("pause_breakfast").breakfast
    loop.run(breakfast(loop, kit.sleep, kit.pause, said.append))
    expected = "egg on, toast on, plate, knife, cup, toast off, egg off, eat"
    assert ", ".join(said) == expected


def test_both_have_the_same_names_and_the_lessons_has_twenty_lines() -> None:
    mine, grown = LOOP.Loop(), server.Loop()
    try:
        assert type(mine.ready) is type(grown.ready) is deque
        for name in ("clock", "ready", "timers", "spawn", "run", "step"):
            assert hasattr(mine, name)
            assert hasattr(grown, name)
    finally:
        grown.run(iter_nothing())  # closes what it has opened
    [loop] = [
        node for node in ast.parse(CELLS["pause_loop"]).body if isinstance(node, ast.ClassDef)
    ]
    lines = CELLS["pause_loop"].splitlines()[loop.lineno - 1 : loop.end_lineno]
    assert len([line for line in lines if line.strip()]) == 20


def iter_nothing() -> Generator[Any, Any, None]:
    yield from server.pause()
