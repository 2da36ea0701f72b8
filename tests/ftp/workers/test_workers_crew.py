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
from ftp_project.server.process.workers import pool as crew_module
from ftp_project.server.process.workers import supervise
from ftp_project.server.process.workers.channel import Channel
from ftp_project.server.process.workers.pool import STUCK, Crew, Member


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
def crew(monkeypatch):
    """Three workers without processes; `take` hands over a client and tells to whom."""
    clock = Clock()
    monkeypatch.setattr(crew_module.time, "monotonic", clock)
    job = SimpleNamespace(config=SimpleNamespace(workers=3), shared=Shared(3))
    crew = Crew(job, [])
    crew.clock, crew.shared = clock, job.shared
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(listener.getsockname()))
        for number in range(3):
            channel = Channel()
            stack.callback(channel.close)
            crew.members[number] = Member(multiprocessing.Process(), channel)
            stack.callback(channel.keep_parent)

        def take():
            given = [member.given for member in crew.members]
            assert crew.take(client)
            return next(n for n in range(3) if crew.members[n].given > given[n])

        crew.give = take
        crew.client = client
        yield crew


def test_the_worker_with_the_fewest_is_next_and_equal_ones_take_turns(crew):
    assert [crew.give() for _ in range(4)] == [1, 2, 0, 1]
    crew.shared.sessions[:] = [5, 0, 3]
    crew.shared.received[:] = [[1], [2], [1]]
    assert [crew.give() for _ in range(4)] == [1, 1, 1, 2]


def test_one_that_receives_nothing_for_a_while_comes_last(crew):
    assert [crew.give() for _ in range(3)] == [1, 2, 0]
    crew.shared.received[:] = [[1], [0], [1]]
    crew.shared.sessions[:] = [7, 0, 7]
    assert crew.give() == 1
    crew.clock.now += STUCK * 2
    assert {crew.give() for _ in range(4)} == {0, 2}
    crew.shared.received[1][0] = 2
    assert crew.give() == 1


def test_one_whose_queue_is_full_or_that_is_gone_is_passed_over(crew):
    crew.members[1].channel.keep_parent()  # closes the ends of the worker
    assert [crew.give() for _ in range(3)] == [2, 0, 2]
    while crew.members[0].channel.hand_over(crew.client):
        pass
    assert crew.give() == 2
    crew.members[2] = None
    assert not crew.take(crew.client)


def test_where_there_is_no_fork_a_sentence_says_so(monkeypatch):
    monkeypatch.delattr("os.fork")
    with pytest.raises(UsageError, match=r"--workers needs fork.*leave it out"):
        supervise(Config(users=Users(), workers=2), None, None, None, None)
