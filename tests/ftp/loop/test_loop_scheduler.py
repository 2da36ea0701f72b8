"""Tasks and their order, threads, signals, timers: what the scheduler promises, no socket."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from patience import HANG

from ftp_project.loop import (
    Loop,
    LoopError,
    TimedOut,
    cancel,
    join,
    now,
    pause,
    run_in_thread,
    sleep,
    spawn,
)


def run(main):
    return Loop().run(main)


def test_tasks_take_turns_in_the_order_they_were_spawned():
    trace = []

    def counter(name):
        for number in range(3):
            trace.append(f"{name}{number}")
            yield from pause()

    def main():
        tasks = []
        for name in "AB":
            tasks.append((yield from spawn(counter(name))))
        for task in tasks:
            yield from join(task, None)

    run(main())
    assert trace == ["A0", "B0", "A1", "B1", "A2", "B2"]


def test_every_front_task_steps_between_two_background_steps():
    trace = []

    def worker(name, steps):
        for _ in range(steps):
            trace.append(name)
            yield from pause()

    def main():
        front = yield from spawn(worker("front", 3))
        backs = []
        for name in ("back1", "back2"):
            backs.append((yield from spawn(worker(name, 2), background=True)))
        for task in (front, *backs):
            yield from join(task, None)

    run(main())
    assert trace == ["back1", "front", "back2", "front", "back1", "front", "back2"]


def test_an_eager_task_runs_to_its_first_wait_before_its_owner_goes_on():
    trace = []

    def child():
        trace.append("child")
        yield from pause()
        trace.append("child again")
        return 7

    def main():
        task = yield from spawn(child(), eager=True)
        trace.append("owner")
        return (yield from join(task, None))

    assert run(main()) == 7
    assert trace == ["child", "owner", "child again"]


def test_sleepers_wake_in_the_order_of_their_times():
    clock = [0.0]
    woken = []

    def sleeper(seconds):
        yield from sleep(seconds)
        woken.append(seconds)

    def ticker():
        while len(woken) < 3:
            clock[0] += 1
            yield from pause()

    def main():
        for seconds in (30, 10, 20):
            yield from spawn(sleeper(seconds))
        yield from join((yield from spawn(ticker())), None)
        return (yield from now())

    ended = Loop(clock=lambda: clock[0]).run(main())
    assert woken == [10, 20, 30]
    assert 30 <= ended < 35


def test_a_yield_that_is_no_trap_is_told_where_it_happens():
    def helper():
        yield from pause()

    def forgetful():
        yield helper()

    def main():
        task = yield from spawn(forgetful())
        with pytest.raises(LoopError, match=r"forgetful.*yield from"):
            yield from join(task, None)

    run(main())


def test_spawning_a_function_in_place_of_its_coroutine_is_refused():
    def main():
        with pytest.raises(LoopError, match="no coroutine"):
            yield from spawn(main)

    run(main())


def test_a_call_runs_in_a_thread_and_hands_over_result_and_error():
    def main():
        here = threading.get_ident()
        there = yield from run_in_thread(threading.get_ident, None)
        assert there != here
        with pytest.raises(ZeroDivisionError):
            yield from run_in_thread(lambda: 1 // 0, None)

    run(main())


def test_a_call_in_a_thread_that_is_too_slow_times_out_and_its_result_is_dropped():
    release = threading.Event()

    def main():
        with pytest.raises(TimedOut):
            yield from run_in_thread(lambda: release.wait(HANG), (yield from now()) + 0.01)
        release.set()
        return (yield from run_in_thread(lambda: "next", None))

    assert run(main()) == "next"


def test_a_signal_is_handled_between_two_steps_and_put_back_afterwards():
    before = signal.getsignal(signal.SIGUSR1)
    got = []

    def main():
        loop.on_signal(signal.SIGUSR1, lambda: got.append("usr1"))
        os.kill(os.getpid(), signal.SIGUSR1)
        while not got:
            yield from sleep(0.001)

    loop = Loop()
    loop.run(main())
    assert got == ["usr1"]
    assert signal.getsignal(signal.SIGUSR1) is before


def test_a_signal_that_comes_with_the_last_step_is_handled_too():
    got = []

    def main():
        loop.on_signal(signal.SIGUSR1, lambda: got.append("usr1"))
        yield from pause()
        os.kill(os.getpid(), signal.SIGUSR1)

    loop = Loop()
    loop.run(main())
    assert got == ["usr1"]


def test_a_thousand_waits_with_a_deadline_make_a_handful_of_timers():
    def main():
        child = yield from spawn(sleep(3600))
        for _ in range(1000):
            with pytest.raises(TimedOut):
                yield from join(child, (yield from now()))
        for _ in range(1000):
            yield from spawn(sleep(0), eager=True)
            yield from pause()
        return len(loop.timers)

    loop = Loop()
    assert loop.run(main()) < 10


def test_timers_of_many_ended_tasks_are_swept():
    def short():
        task = yield from spawn(sleep(3600), eager=True)
        yield from cancel(task, None)

    def main():
        for _ in range(2000):
            yield from short()
        return len(loop.timers)

    loop = Loop()
    assert loop.run(main()) < 250


def test_a_loop_runs_once():
    def main():
        yield from pause()

    loop = Loop()
    loop.run(main())
    again = main()
    with pytest.raises(LoopError, match="make a new one"):
        loop.run(again)
