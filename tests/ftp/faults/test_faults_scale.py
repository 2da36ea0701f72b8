"""More idle sessions than the usual limit of descriptors lets in."""

from __future__ import annotations

import resource

import pytest

from benchmarks.scale import measure, obstacle


@pytest.fixture
def many_descriptors():
    """Let this process be as many clients; the server it starts has a soft limit of 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1200 if hard == resource.RLIM_INFINITY else min(1200, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_1100_idle_sessions_are_held_though_the_soft_limit_is_1024(many_descriptors):
    if why_not := obstacle("epoll", 1100):
        pytest.skip(why_not)
    cost = measure("auto", 1100, asked=50)
    assert 0 < cost.memory < 16 << 10
    assert cost.p50 > 0


def test_what_cannot_be_measured_has_a_reason():
    assert "below 1024" in obstacle("select", 1100)
    assert obstacle("select", 100) == ""
