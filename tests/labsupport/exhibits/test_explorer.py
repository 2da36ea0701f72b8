"""The interleaving explorer: all schedules are tried, the shortest failing one is shown."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Callable, Generator
from itertools import permutations
from math import factorial, prod
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.exhibits.interleavings.explorer import MisuseError, StepLock, explore

State = dict[str, Any]
Steps = Generator[Any, Any, None]


def start() -> State:
    return {"counter": 0, "lock": StepLock()}


def add_one(state: State) -> Steps:
    yield "read"
    number = state["counter"]
    yield "write"
    state["counter"] = number + 1


def add_one_locked(state: State) -> Steps:
    with (yield state["lock"]):
        yield "read"
        number = state["counter"]
        yield "write"
        state["counter"] = number + 1


def two_locks() -> State:
    return {"left": StepLock("left"), "right": StepLock("right")}


def left_first(state: State) -> Steps:
    with (yield state["left"]), (yield state["right"]):
        yield "work"


def right_first(state: State) -> Steps:
    with (yield state["right"]), (yield state["left"]):
        yield "work"


def counts_to(goal: int) -> Callable[[State], bool]:
    return lambda state: bool(state["counter"] == goal)


def test_the_lost_update_is_found_and_told_step_by_step() -> None:
    found = explore(start, [add_one, add_one], counts_to(2))
    assert repr(found).splitlines() == [
        "6 schedules tried, 4 fail. The shortest that fails:",
        "  1  A  read   number = 0",
        "  2  B  read   number = 0",
        "  3  B  write  counter = 1",
        "  4  A  write  counter = 1",
        "The end is wrong: counter = 1",
    ]
    assert found.shortest is not None
    assert found.shortest.order == "ABBA"
    assert not found.is_right


def test_a_lock_leaves_only_the_right_schedules() -> None:
    found = explore(start, [add_one_locked] * 3, counts_to(3))
    assert repr(found) == "6 schedules tried, none fails."
    assert found.is_right
    assert found.shortest is None
    assert found.first.order == "AAABBBCCC"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=3).filter(lambda found: sum(found) < 8))
def test_every_interleaving_is_tried_once(lengths: list[int]) -> None:
    seen: list[str] = []

    def thread(name: str, length: int) -> Callable[[State], Steps]:
        def steps(state: State) -> Steps:
            for _ in range(length):
                yield name
                state["order"] += name

        return steps

    def remember(state: State) -> bool:
        seen.append(state["order"])
        return True

    names = "ABC"[: len(lengths)]
    threads = [thread(name, length) for name, length in zip(names, lengths, strict=True)]
    found = explore(lambda: {"order": ""}, threads, remember)
    letters = "".join(name * length for name, length in zip(names, lengths, strict=True))
    assert sorted(seen) == sorted({"".join(order) for order in permutations(letters)})
    assert found.schedules == factorial(sum(lengths)) // prod(map(factorial, lengths))


def test_two_locks_in_two_orders_end_in_a_deadlock_that_names_the_locks() -> None:
    found = explore(two_locks, [left_first, right_first])
    assert found.shortest is not None
    assert found.shortest.failure == (
        "Nobody can go on: A holds left and waits for right; B holds right and waits for left"
    )
    assert found.shortest.waiting == {"A": "right", "B": "left"}
    assert explore(two_locks, [left_first, left_first]).is_right


def test_the_shortest_failure_is_the_one_with_the_fewest_steps() -> None:
    def early(state: State) -> Steps:
        yield "look"
        if state["counter"] == 1:
            raise ValueError("too late")
        yield "more"

    found = explore(start, {"adds": add_one, "looks": early}, counts_to(5))
    assert found.shortest is not None
    assert found.shortest.failure == "looks raises ValueError: too late"
    assert found.shortest.order == "adds adds looks"


def test_a_rule_is_asked_after_each_step() -> None:
    def enter(state: SimpleNamespace) -> Steps:
        yield "enter"
        state.inside += 1
        yield "leave"
        state.inside -= 1

    found = explore(
        lambda: SimpleNamespace(inside=0), [enter, enter], always=lambda state: state.inside < 2
    )
    assert found.shortest is not None
    assert found.shortest.failure == "The rule is broken: inside = 2"
    assert found.shortest.order == "AB"


def test_a_yielded_function_is_waited_for() -> None:
    def reader(state: State) -> Steps:
        yield lambda: state["counter"] == 1
        state["seen"] = state["counter"]

    found = explore(start, [add_one, reader], lambda state: state["seen"] == 1)
    assert (found.schedules, found.is_right) == (1, True)
    lonely = explore(start, [reader])
    assert lonely.shortest is not None
    assert lonely.shortest.failure == "Nobody can go on: A waits for <lambda>"


def test_a_lock_that_is_never_released_is_a_deadlock_also_with_a_lock_made_once() -> None:
    lock = StepLock("door")

    def forgetful(state: State) -> Steps:
        yield lock
        yield "leave it locked"

    found = explore(dict, [forgetful, forgetful])
    assert found.failing == found.schedules == 2
    assert found.shortest is not None
    assert found.shortest.failure == "Nobody can go on: B waits for door"


def test_a_lock_may_be_released_by_hand_but_only_once() -> None:
    def twice(state: State) -> Steps:
        yield state["lock"]
        state["lock"].release()
        state["lock"].release()

    found = explore(start, [twice])
    assert found.shortest is not None
    assert "nobody holds lock" in found.shortest.failure


def test_a_thread_may_yield_from_another_generator_and_its_values_are_told() -> None:
    def outer(state: State) -> Steps:
        yield from add_one(state)

    found = explore(lambda: {"counter": 0, "locks": {"a": StepLock()}}, [outer], counts_to(2))
    assert "  1  A  read   number = 0\n  2  A  write  counter = 1\n" in repr(found)


def test_the_timeline_draws_steps_waits_and_the_deadlock() -> None:
    waiting = explore(start, [add_one_locked] * 2, counts_to(2)).first.timeline()
    assert waiting.lanes == ["A", "B"]
    assert [label.partition(":")[0] for label in waiting.order()] == [
        "take lock",
        "read",
        "write",
    ] * 2
    assert waiting.order()[-1] == "write: counter = 2"
    (wait,) = [span for span in waiting.spans if span.kind == "wait"]
    assert (wait.lane, wait.label, wait.start, wait.end) == ("B", "lock", 1.0, 3.0)
    assert waiting.peak() == 1

    stuck = explore(two_locks, [left_first, right_first]).shortest
    assert stuck is not None
    assert stuck.timeline().unfinished() == ["right", "left"]


def test_the_picture_tells_the_steps_in_words() -> None:
    picture = explore(start, [add_one, add_one], counts_to(2)).draw()
    assert picture.alt == (
        "The threads take turns: A read, B read, B write, A write. The end is wrong: counter = 1."
    )
    assert picture.text == "6 schedules tried, 4 fail\n  The end is wrong: counter = 1"
    right = explore(start, [add_one_locked] * 2, counts_to(2)).draw(title="locked", alt="in turn")
    assert (right.alt, right.text.partition("\n")[0]) == ("in turn", "locked")


def test_what_cannot_be_tried_is_refused_with_a_remedy() -> None:
    def spin(state: State) -> Steps:
        while not state["counter"]:
            yield "look"

    def long(state: State) -> Steps:
        for _ in range(9):
            yield "step"

    def without_yield(state: State) -> Steps:
        with state["lock"]:
            yield "work"

    def plain(state: State) -> None:
        state["counter"] += 1

    one = start()
    for threads, remedy in (
        ([spin], "yield a function"),
        ([long, long, long], "fewer threads or fewer yields"),
        ([without_yield], r"with \(yield lock\):"),
    ):
        with pytest.raises(MisuseError, match=remedy):
            explore(start, threads, limit=500)
    with pytest.raises(MisuseError, match="new state each time"):
        explore(lambda: one, [add_one, add_one])
    with pytest.raises(TypeError, match="put a yield before every step"):
        explore(start, [plain])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"give it without \(\)"):
        explore(start, [add_one(one)])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="at least one"):
        explore(start, [])
    with pytest.raises(TypeError, match="start must be a function"):
        explore({"counter": 0}, [add_one])  # type: ignore[arg-type]


def test_threads_that_differ_from_run_to_run_are_refused() -> None:
    runs: list[int] = []

    def moody(state: State) -> Steps:
        yield "once"
        if len(runs) % 2:
            yield "twice"

    def counted() -> State:
        runs.append(1)
        return {}

    with pytest.raises(MisuseError, match="do not do the same each time"):
        explore(counted, [moody, moody])


def test_the_example_in_the_documentation_is_true() -> None:
    result = doctest.testmod(importlib.import_module("labsupport.exhibits.interleavings.explorer"))
    assert result.attempted
    assert not result.failed
