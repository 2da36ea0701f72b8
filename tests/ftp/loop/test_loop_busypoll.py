"""Looking again before sleeping: done while it pays, hardly ever when it does not."""

from __future__ import annotations

import pytest

from ftp_project.loop import busypoll
from ftp_project.loop.busypoll import DEEPEST, BusyPoll


class Source:
    """Stands in for a selector: gives what it is told to give at each look."""

    def __init__(self):
        self.looks = 0
        self.front, self.background = [], []
        self.gives = None

    def poll(self, timeout, background_too):
        assert (timeout, background_too) == (0.0, True)
        self.looks += 1
        if self.gives is not None:
            self.gives.append("task")

    def sleeps_until_the_next_look(self, busy):
        """Return how many sleeps pass without a look, and whether the look then found anything."""
        before, sleeps = self.looks, 0
        while True:
            self.front.clear(), self.background.clear()
            found = busy.find(self.poll, self.front, self.background)
            if self.looks > before:
                return sleeps, found
            sleeps += 1


@pytest.fixture
def source(monkeypatch):
    monkeypatch.setattr(busypoll, "MOMENT", 0.0)
    return Source()


def test_it_is_done_each_time_while_it_pays_and_hardly_when_not(source):
    busy = BusyPoll()
    source.gives = source.front
    sleeps = [source.sleeps_until_the_next_look(busy) for _ in range(DEEPEST + 3)]
    assert sleeps == [(n, True) for n in (0, 31, 15, 7, 3, 1, 0, 0, 0)]
    source.gives = None
    sleeps = [source.sleeps_until_the_next_look(busy) for _ in range(DEEPEST + 3)]
    assert sleeps == [(n, False) for n in (0, 1, 3, 7, 15, 31, 63, 63, 63)]


def test_what_moves_data_is_served_but_is_no_reason_to_look_again(source):
    busy = BusyPoll()
    source.gives = source.background
    sleeps = [source.sleeps_until_the_next_look(busy) for _ in range(3)]
    assert sleeps == [(0, True), (63, True), (63, True)]


def test_it_looks_more_than_once_within_its_moment(monkeypatch):
    monkeypatch.setattr(busypoll, "MOMENT", 10.0)
    source = Source()

    def poll(timeout, background_too):
        source.looks += 1
        if source.looks == 5:
            source.front.append("task")

    assert BusyPoll().find(poll, source.front, source.background)
    assert source.looks == 5
