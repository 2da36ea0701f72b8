"""How tasks end: by themselves, by a failure, by being cancelled, with their owner or the loop."""

from __future__ import annotations

import pytest

from ftp_project.loop import (
    Cancelled,
    Loop,
    TaskCancelled,
    TimedOut,
    cancel,
    current,
    join,
    now,
    pause,
    sleep,
    spawn,
)


def run(main):
    return Loop().run(main)


def test_a_join_gives_up_at_its_deadline_and_the_task_goes_on():
    def slow():
        yield from sleep(3600)

    def main():
        task = yield from spawn(slow())
        with pytest.raises(TimedOut):
            yield from join(task, (yield from now()))
        assert not task.done
        yield from cancel(task, None)
        assert task.done

    run(main())


def test_a_join_raises_what_the_task_raised():
    def broken():
        yield from pause()
        raise ValueError("broken")

    def main():
        task = yield from spawn(broken())
        with pytest.raises(ValueError, match="broken"):
            yield from join(task, None)
        with pytest.raises(ValueError, match="broken"):
            yield from join(task, None)

    run(main())


def test_a_failure_that_nobody_waits_for_is_reported_and_the_others_go_on():
    reported = []

    def broken():
        raise ValueError("unseen")
        yield

    def main():
        yield from spawn(broken())
        yield from pause()
        yield from pause()
        return "alive"

    loop = Loop(on_error=lambda task, error: reported.append((task.name, str(error))))
    assert loop.run(main()) == "alive"
    assert reported == [("broken", "unseen")]


def test_a_cancelled_task_cleans_up_and_may_wait_while_it_does():
    trace = []

    def patient():
        try:
            yield from sleep(3600)
        except Exception:
            trace.append("an except Exception must not see it")
        finally:
            yield from sleep(0)
            trace.append("cleaned")

    def main():
        task = yield from spawn(patient())
        yield from pause()
        yield from cancel(task, None)
        with pytest.raises(TaskCancelled):
            yield from join(task, None)

    run(main())
    assert trace == ["cleaned"]


@pytest.mark.parametrize("when", ["queued", "waiting", "itself"])
def test_cancelling_works_wherever_the_task_is(when):
    seen = []

    def victim():
        try:
            yield from pause()
            if when == "itself":
                yield from cancel((yield from current()), None)
            yield from sleep(3600)
        except Cancelled:
            seen.append("cancelled")
            raise

    def main():
        task = yield from spawn(victim())
        for _ in range(0 if when == "queued" else 3):
            yield from pause()
        if when != "itself":
            yield from cancel(task, None)
        assert task.done
        assert not task.failed

    run(main())
    # a task that never ran has nothing to clean up, and is not started only to be stopped
    assert seen == ([] if when == "queued" else ["cancelled"])


def test_the_end_of_a_task_cancels_its_children_but_not_the_detached():
    ended = []

    def child(name):
        try:
            yield from sleep(3600)
        finally:
            ended.append(name)

    def owner():
        yield from spawn(child("owned"), eager=True)
        yield from spawn(child("detached"), eager=True, detached=True)

    def main():
        yield from join((yield from spawn(owner())), None)
        yield from pause()
        assert ended == ["owned"]

    run(main())
    assert ended == ["owned", "detached"]  # the loop's end cancels everything


def test_a_task_that_will_not_end_is_closed_after_the_grace_time():
    trace = []

    def stubborn():
        try:
            yield from sleep(3600)
        finally:
            try:
                yield from sleep(3600)
            finally:
                trace.append("closed")

    def main():
        yield from spawn(stubborn(), eager=True)

    Loop().run(main(), grace=0.0)
    assert trace == ["closed"]
