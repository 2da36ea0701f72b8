"""Which worker gets the next client; where there can be no workers."""

from __future__ import annotations

import contextlib
import multiprocessing
import socket
from types import SimpleNamespace

import pytest

from ftp_project.accounts.users import Users
from ftp_project.config import Config
from ftp_project.errors import UsageError
from ftp_project.server.process.workers import pool as pool_module
from ftp_project.server.process.workers import supervise
from ftp_project.server.process.workers.channel import Channel
from ftp_project.server.process.workers.pool import STUCK, Worker, WorkerPool


class Shared:
    """What the workers of a test say that they have."""

    def __init__(self, count):
        self.received = [[0] for _ in range(count)]
        self.sessions = [0] * count

    def sessions_of(self, number):
        return self.sessions[number]


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def pool(monkeypatch):
    """Three workers without processes; `take` hands over a client and tells to whom."""
    clock = Clock()
    monkeypatch.setattr(pool_module.time, "monotonic", clock)
    setup = SimpleNamespace(config=SimpleNamespace(workers=3), shared=Shared(3))
    pool = WorkerPool(setup, [])
    pool.clock, pool.shared = clock, setup.shared
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(listener.getsockname()))
        for number in range(3):
            channel = Channel()
            stack.callback(channel.close)
            pool.workers[number] = Worker(multiprocessing.Process(), channel)
            stack.callback(channel.keep_parent)

        def take():
            given = [worker.given for worker in pool.workers]
            assert pool.assign(client)
            return next(n for n in range(3) if pool.workers[n].given > given[n])

        pool.give = take
        pool.client = client
        yield pool


def test_the_worker_with_the_fewest_is_next_and_equal_ones_take_turns(pool):
    assert [pool.give() for _ in range(4)] == [1, 2, 0, 1]
    pool.shared.sessions[:] = [5, 0, 3]
    pool.shared.received[:] = [[1], [2], [1]]
    assert [pool.give() for _ in range(4)] == [1, 1, 1, 2]


def test_one_that_receives_nothing_for_a_while_comes_last(pool):
    assert [pool.give() for _ in range(3)] == [1, 2, 0]
    pool.shared.received[:] = [[1], [0], [1]]
    pool.shared.sessions[:] = [7, 0, 7]
    assert pool.give() == 1
    pool.clock.now += STUCK * 2
    assert {pool.give() for _ in range(4)} == {0, 2}
    pool.shared.received[1][0] = 2
    assert pool.give() == 1


def test_one_whose_queue_is_full_or_that_is_gone_is_passed_over(pool):
    pool.workers[1].channel.keep_parent()  # closes the ends of the worker
    assert [pool.give() for _ in range(3)] == [2, 0, 2]
    while pool.workers[0].channel.hand_over(pool.client):
        pass
    assert pool.give() == 2
    pool.workers[2] = None
    assert not pool.assign(pool.client)


def test_where_there_is_no_fork_a_sentence_says_so(monkeypatch):
    monkeypatch.delattr("os.fork")
    with pytest.raises(UsageError, match=r"--workers needs fork.*leave it out"):
        supervise(Config(users=Users(), workers=2), None, None, None, None)
