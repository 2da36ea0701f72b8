"""The loop that lesson 13 builds is the server's in small: same names, same traces, same parts."""

from __future__ import annotations

import ast
import re
import socket
import sys
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ftp_project.loop as server
from ftp_project.loop import traps
from labsupport.exhibits.film.selectors_recording import film_loop
from labsupport.network.script import Stage
from tools.authoring.source import load

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "notebooks" / "src" / "13_selectors_and_loops.md"
CELLS = {cell.program: cell.body for cell in load(LESSON).code if cell.program}
PARTS = ["loop_tasks", "loop_steps", "loop_places", "loop_turns", "own_loop"]
TURNS = 60  # of main: by then everybody has ended or waits for ever
PAIRS = 2

# What a task does: wait some seconds of the test's clock, let the others go on, wait for a socket,
# send a byte to who waits for one, cancel a task that was started before, start a task.
Program = list[Any]
plain = st.one_of(
    st.just("pause"), st.integers(1, 6), st.tuples(st.just("cancel"), st.integers(0, 4))
)
sockets = st.tuples(st.sampled_from(["read", "feed"]), st.integers(0, PAIRS - 1))


def programs_of(step: Any) -> Any:
    nested = st.recursive(step, lambda inner: st.lists(inner, max_size=4), max_leaves=12)
    return st.lists(st.lists(nested, max_size=5), min_size=1, max_size=5)


class LessonKit:
    """The modules that the lesson's cells make, under the names that the server's loop has."""

    def __init__(self) -> None:
        for name in ["loop_waits", *PARTS, "loop_io", "loop_calls", "loop_echo"]:
            module = ModuleType(name)
            sys.modules[name] = module  # the cells import each other
            exec(CELLS[name], module.__dict__)
            vars(self).update({k: v for k, v in vars(module).items() if not k.startswith("_")})


class ServerKit:
    """The server's loop; a wait for a socket as the lesson writes it."""

    Loop, sleep, pause = server.Loop, staticmethod(server.sleep), staticmethod(server.pause)
    Cancelled = server.Cancelled

    @staticmethod
    def readable(sock: socket.socket) -> server.Coro[None]:
        yield traps.Readable(sock, None)


LESSON_KIT: Any = LessonKit()
for _name in [name for name in sys.modules if name in CELLS]:
    del sys.modules[_name]


@contextmanager
def connected(count: int) -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(count)]
        for end in (end for pair in pairs for end in pair):
            stack.enter_context(end).setblocking(False)
        yield pairs


def trace_of(kit: Any, programs: list[Program]) -> list[str]:
    """Run the programs on one of the two loops; the clock goes on by 1 in each turn."""
    now, trace = [0.0], list[str]()
    loop = kit.Loop(clock=lambda: now[0])
    tasks: list[Any] = []
    taken: set[int] = set()

    def note(words: str) -> None:
        trace.append(f"{now[0]:g} {words}")

    def task(name: str, program: Program) -> Generator[Any, Any, None]:
        try:
            for number, step in enumerate(program):
                note(f"{name}.{number}")
                if step == "pause":
                    yield from kit.pause()
                elif isinstance(step, int):
                    yield from kit.sleep(step)
                elif isinstance(step, list):
                    start(f"{name}.{number}", step)
                elif step[0] == "cancel":
                    loop.cancel(tasks[step[1] % len(tasks)])
                elif step[0] == "feed":
                    pairs[step[1]][1].send(b"!")
                elif step[1] not in taken:  # one reader for each socket
                    yield from read(step[1])
        except kit.Cancelled:
            note(f"{name} is cancelled")
            raise
        finally:
            note(f"{name} tidies up")

    def read(number: int) -> Generator[Any, Any, None]:
        taken.add(number)
        try:
            yield from kit.readable(pairs[number][0])
            note(f"read {pairs[number][0].recv(1)!r}")
        finally:
            taken.discard(number)

    def start(name: str, program: Program) -> None:
        tasks.append(loop.spawn(task(name, program)))

    def main() -> Generator[Any, Any, None]:
        for number, program in enumerate(programs):
            start(str(number), program)
        for _ in range(TURNS):
            now[0] += 1
            yield from kit.pause()

    with connected(PAIRS) as pairs:
        loop.run(main())
    return trace


@settings(max_examples=40, deadline=None)
@given(programs_of(plain))
def test_turns_timers_and_cancellation_give_the_same_trace_in_the_same_order(
    programs: list[Program],
) -> None:
    mine, grown = (trace_of(kit, programs) for kit in (LESSON_KIT, ServerKit))
    assert [line for line in mine if not line.startswith(f"{TURNS} ")] == [
        line for line in grown if not line.startswith(f"{TURNS} ")
    ]
    assert sorted(mine) == sorted(grown)  # the end: all that are left are cancelled, in any order


@settings(max_examples=40, deadline=None)
@given(programs_of(st.one_of(plain, sockets)))
def test_with_sockets_the_same_happens_in_the_same_turns(programs: list[Program]) -> None:
    assert sorted(trace_of(LESSON_KIT, programs)) == sorted(trace_of(ServerKit, programs))


def test_a_second_reader_and_a_strange_wish_end_their_tasks_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said: list[str] = []
    with connected(1) as [(ours, theirs)]:

        def reader() -> Generator[Any, Any, None]:
            yield from LESSON_KIT.readable(ours)
            said.append("read")

        def strange() -> Generator[Any, Any, None]:
            yield "what?"

        def main() -> Generator[Any, Any, None]:
            for coro in (reader(), reader(), strange()):
                loop.spawn(coro)
            yield 0.01
            theirs.send(b"!")
            yield 0.05

        loop = LESSON_KIT.Loop()
        loop.run(main())
    assert said == ["read"]
    failed = capsys.readouterr().out.splitlines()
    assert [line.partition("(")[0] for line in failed] == [
        "a task failed: KeyError",
        "a task failed: TypeError",
    ]


def test_a_watchdog_interrupts_a_wait_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended: list[str] = []
    with connected(1) as [(ours, _)]:

        def patient() -> Generator[Any, Any, None]:
            try:
                yield from LESSON_KIT.recv(ours, 10)
            except TimeoutError:
                ended.append("sent away")

        def main() -> Generator[Any, Any, None]:
            task = loop.spawn(patient())
            yield 0.01
            loop.interrupt(task, TimeoutError())
            yield
            ended.append(f"{len(loop.selector.get_map())} watched")
            loop.interrupt(task, TimeoutError())  # it has ended: nothing happens

        loop = LESSON_KIT.Loop()
        loop.run(main())
    assert ended == ["sent away", "0 watched"]
    assert capsys.readouterr().out == ""


def test_a_film_shows_which_task_ran_and_what_its_local_variables_hold() -> None:
    def visit(stage: Stage) -> Generator[None, None, None]:
        ada = stage.connect("ada")
        yield
        ada.send(b"hello")
        ada.half_close()
        yield
        assert ada.receive() == b"HELLO"

    seen = film_loop(LESSON_KIT.Loop, LESSON_KIT.serve, visit)
    assert [turn.ran for turn in seen.turns[:3]] == [
        ("serve(listener)",),
        ("serve(listener)",),
        ("echo(ada)",),
    ]
    assert seen[4].readable == seen[5].writable == ("ada",)
    assert [seen[4].buffers, seen[5].buffers] == [{"ada": b"HELLO"}, {"ada": b""}]
    assert seen[6].ran == ("echo(ada)", "closed: ada")
    assert (len(seen), seen.ending) == (6, "quiet")


def test_both_have_the_same_names_and_the_lessons_has_about_sixty_lines() -> None:
    mine, grown = LESSON_KIT.Loop(), server.Loop()
    assert type(mine.ready) is type(grown.ready) is deque
    for name in ("clock", "ready", "timers", "tasks", "spawn", "run", "step", "wake", "cancel"):
        assert hasattr(mine, name)
        assert hasattr(grown, name)
    mine.run(LESSON_KIT.pause())
    grown.run(server.pause())
    lines = 0
    for name in PARTS:
        for node in ast.parse(CELLS[name]).body:
            if isinstance(node, ast.ClassDef):
                part = CELLS[name].splitlines()[node.lineno - 1 : node.end_lineno]
                lines += len([line for line in part if line.strip()])
    assert 55 <= lines <= 72


def test_the_table_names_files_of_the_servers_loop_and_lessons_that_there_are() -> None:
    text = LESSON.read_text(encoding="utf-8")
    table = text[text.index("| Part | Here") :].partition("\n\n")[0]
    rows = [row.split(" | ") for row in table.splitlines()[2:]]
    named = [re.fullmatch(r"`(\w+\.py)`", row[2].strip()) for row in rows]
    files = [found[1] for found in named if found]
    assert len(files) == len(rows)
    here = {path.name for path in Path(server.__path__[0]).glob("[!_]*.py")}
    assert set(files) <= here
    assert len(set(files)) == len(rows) >= 9
    for row in rows:
        numbers = re.findall(r"lessons? (\d+)(?: and (\d+))?", row[1])
        assert numbers, row
        for number in filter(None, (one for pair in numbers for one in pair)):
            assert list(LESSON.parent.glob(f"{int(number):02}_*.md")), row
