"""The debug mode finds the step that holds up the loop, and the coroutine that is misused."""

from __future__ import annotations

import time

from ftp_project.loop import Coro, LoopError, pause, sleep, spawn
from ftp_project.loop.debug import DebugLoop


def reports_of(main, limit=0.05):
    reports = []
    assert DebugLoop(report=reports.append, limit=limit).run(main) == "done"
    return reports


def test_a_call_that_blocks_is_reported_with_its_task_and_its_line():
    def culprit():
        yield from pause()
        time.sleep(0.5)  # the line to be found
        yield from pause()

    def main():
        yield from spawn(culprit(), "culprit")
        yield from sleep(0.1)
        return "done"

    (report,) = reports_of(main())
    assert report.startswith("task 'culprit' held up the loop for ")
    assert "time.sleep(0.5)  # the line to be found" in report


def test_an_eager_child_is_reported_and_not_its_parent():
    def child():
        time.sleep(0.5)
        yield from pause()

    def main():
        yield from spawn(child(), "child", eager=True)
        return "done"

    (report,) = reports_of(main())
    assert report.startswith("task 'child'")


def helper(done: list[str]) -> Coro[None]:
    yield from pause()
    done.append("helped")


class Person:
    def help(self, done: list[str]) -> Coro[None]:
        yield from helper(done)


def watched(main):
    reports = []
    DebugLoop(report=reports.append, limit=60, package=__name__).run(main)
    return reports


def test_a_coroutine_that_is_never_run_is_reported_with_its_place():
    done = []

    def main():
        helper(done)  # the first line to be found
        yield from helper(done)
        Person().help(done)
        yield from Person().help(done)
        yield from spawn(helper(done), eager=True)
        task = yield from spawn(Person().help(done))
        yield from spawn(helper(done)) if task.done else pause()
        helper(done).close()  # given up on purpose

    first = main.__code__.co_firstlineno + 1
    assert watched(main()) == [
        f"coroutine {name!r} was never run, made at {__file__}:{line}: was `yield from` forgotten?"
        for name, line in [("helper", first), ("Person.help", first + 2)]
    ]
    assert len(done) >= 2


def test_the_coroutine_functions_are_themselves_again_when_the_loop_has_ended():
    before = helper, Person.help, pause

    def main():
        yield from helper([])
        assert helper is not before[0]

    assert watched(main()) == []
    assert (helper, Person.help, pause) == before


def test_a_yield_of_no_trap_is_reported_also_where_its_error_is_caught():
    def main():
        try:
            yield "hello"
        except LoopError as error:
            return str(error)

    (report,) = watched(main())
    assert report.startswith("task 'main' yielded 'hello', which is no trap")


def test_waiting_is_not_blocking():
    def main():
        yield from sleep(0.6)  # longer than a step may take
        return "done"

    assert reports_of(main(), limit=0.5) == []
