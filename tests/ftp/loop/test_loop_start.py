"""Tasks that start at once: most end before their first wait, and the loop never knew them."""

from __future__ import annotations

import pytest

from ftp_project.loop import Loop, TaskCancelled, current, join, pause, sleep, spawn


def test_one_that_ends_at_once_was_never_among_the_tasks():
    loop = Loop()

    def child():
        me = yield from current()
        return me in loop.tasks

    def main():
        task = yield from spawn(child(), eager=True)
        assert task.done
        assert task.outcome() is False
        assert task not in loop.tasks
        assert not (yield from current()).children
        return (yield from join(task, None))

    assert loop.run(main()) is False


def test_one_that_waits_belongs_to_its_owner_and_ends_with_it():
    ended = []

    def child():
        try:
            yield from sleep(1000)
        finally:
            ended.append("child")

    def owner():
        return (yield from spawn(child(), eager=True))

    def main():
        task = yield from join((yield from spawn(owner())), None)
        with pytest.raises(TaskCancelled):
            yield from join(task, None)

    Loop().run(main())
    assert ended == ["child"]


def test_a_detached_one_outlives_who_started_it():
    def child():
        yield from pause()
        yield from pause()
        return "done"

    def owner():
        return (yield from spawn(child(), eager=True, detached=True))

    def main():
        task = yield from join((yield from spawn(owner())), None)
        return (yield from join(task, None))

    assert Loop().run(main()) == "done"


def test_one_that_fails_at_once_is_told_and_its_join_raises():
    told = []

    def child():
        raise ValueError("broken")
        yield

    def main():
        task = yield from spawn(child(), eager=True)
        with pytest.raises(ValueError, match="broken"):
            yield from join(task, None)

    loop = Loop(on_error=lambda task, error: told.append((task.name, str(error))))
    loop.run(main())
    assert told == [("child", "broken")]
