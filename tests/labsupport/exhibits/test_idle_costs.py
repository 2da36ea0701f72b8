"""The cost of idle connections: measured in wide margins, told where it cannot be measured."""

from __future__ import annotations

import pytest

from labsupport.exhibits.idle_costs.costs_picture import show_idle
from labsupport.exhibits.idle_costs.measurement import (
    WAYS,
    IdleCosts,
    allow_descriptors,
    idle_connections,
    measure_idle,
)


def test_select_and_poll_grow_and_epoll_does_not() -> None:
    costs = measure_idle((10, 1_000))
    assert str(costs) == "select: grows\npoll: grows\nepoll: does not grow"
    assert costs.seconds["select", 1_000] > 0
    picture = show_idle(costs, title="Idle")
    assert repr(picture) == f"Idle\n{costs}"
    assert all(f">{way}</text>" in picture.svg for way in WAYS)


def test_what_cannot_be_measured_is_said_and_claimed_as_on_linux() -> None:
    seconds = {("select", 10): 1e-6, ("select", 1_000): 3.9e-6}
    refused = {("poll", 10): "this system has no poll", ("select", 10_000): "refused"}
    costs = IdleCosts(seconds, refused)
    assert [costs.grows(way) for way in WAYS] == [False, True, False]
    svg = show_idle(costs).svg
    assert "poll with 10 idle connections: this system has no poll" in svg
    assert "select with 10,000 idle connections: refused" in svg
    with pytest.raises(ValueError, match="choose one of select, poll, epoll"):
        costs.grows("kqueue")
    with pytest.raises(ValueError, match="nothing to draw"):
        show_idle(IdleCosts({}))


def test_a_process_that_cannot_measure_says_so() -> None:
    with pytest.raises(RuntimeError, match="the measurement failed"):
        measure_idle((-4,))


def test_idle_connections_are_quiet_except_the_last_one() -> None:
    assert allow_descriptors(50) >= 50
    with idle_connections(3) as watched:
        assert len(watched) == 4
        assert watched[-1].recv(10) == b"!"
        watched[0].setblocking(False)
        with pytest.raises(BlockingIOError):
            watched[0].recv(1)
