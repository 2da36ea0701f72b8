"""Permissions, limits, guard, quota and rates: pure, with the time passed in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftp_project.accounts import permissions as p
from ftp_project.accounts.guard import FailureTable, LoginGuard
from ftp_project.accounts.limits import Refusal, SessionLimits
from ftp_project.accounts.quota import Quota
from ftp_project.accounts.rates import Rates, TokenBucket

few = settings(max_examples=60, deadline=None)


def test_words_for_permissions() -> None:
    assert p.parse(["read", "list"]) == p.READ_ONLY == p.parse("read-only")
    assert p.parse("all") == sum(p.NAMES.values()) == p.ALL
    assert p.parse([]) == p.parse("none") == 0
    assert p.names(p.WRITE | p.READ) == ["read", "write"]
    with pytest.raises(ValueError, match=r"'fly'.*read, list"):
        p.parse(["read", "fly"])


def test_the_longest_directory_wins() -> None:
    rights = p.Permissions(p.READ_ONLY, {"/a": p.ALL, "/a/b": 0, "/a/b/c": p.READ})
    assert rights.has_rules
    assert rights.at("/") == rights.at("/x") == rights.at("/ab") == p.READ_ONLY
    assert rights.at("/a") == rights.at("/a/x/y") == p.ALL
    assert rights.at("/a/b") == rights.at("/a/b/x") == 0
    assert rights.at("/a/b/c/d") == p.READ


def test_a_directory_cannot_be_moved_from_under_its_rule() -> None:
    rights = p.Permissions(p.ALL, {"/a/secret": p.LIST})
    assert rights.at("/a") == p.ALL
    assert rights.whole_tree("/a") == rights.whole_tree("/") == p.LIST
    assert rights.whole_tree("/a/other") == rights.whole_tree("/a/secretary") == p.ALL


def test_a_rule_for_the_root_is_the_default() -> None:
    rights = p.Permissions(p.ALL, {"/": p.READ})
    assert not rights.has_rules
    assert rights.at("/x") == p.READ


def test_session_limits() -> None:
    limits = SessionLimits(max_total=3, max_per_host=2, max_per_user=1)
    assert limits.connect("a") is None
    assert limits.connect("a") is None
    assert limits.connect("a") is Refusal.HOST
    assert limits.connect("b") is None
    assert limits.connect("c") is Refusal.TOTAL
    limits.disconnect("a")
    assert limits.connect("c") is None
    assert limits.login("u") is None
    assert limits.login("u") is Refusal.USER
    assert limits.login("u", own_limit=2) is None
    limits.logout("u")
    limits.logout("u")
    assert limits.login("u") is None
    unlimited = SessionLimits()
    assert {unlimited.connect("a") for _ in range(500)} == {None}
    assert unlimited.total == 500


def test_the_guard_delays_bans_and_forgets() -> None:
    guard = LoginGuard(attempts=3, window=100, ban=50)
    assert guard.banned_for("h", 0) == guard.delay("h", "u", 0) == 0
    delays = []
    for second in range(3):
        guard.failed("h", "u", second)
        delays.append(guard.delay("h", "u", second))
    assert delays == sorted(set(delays))
    assert guard.banned_for("h", 2) == 50
    assert guard.banned_for("h", 51) == 1
    assert guard.banned_for("h", 52) == 0
    assert guard.banned_for("other", 2) == 0
    assert guard.delay("other", "u", 2) > 0
    assert guard.delay("other", "v", 2) == 0
    assert guard.delay("h", "u", 103) == 0


def test_a_right_password_clears_the_user_but_not_the_host() -> None:
    guard = LoginGuard(attempts=2)
    guard.failed("h", "u", 0)
    guard.succeeded("h", "u")
    assert guard.delay("other", "u", 0) == 0
    guard.failed("h", "v", 0)
    assert guard.banned_for("h", 0) > 0


def test_ipv6_hosts_count_by_network_and_mapped_ones_as_ipv4() -> None:
    guard = LoginGuard(attempts=2)
    guard.failed("2001:db8::1", "u", 0)
    guard.failed("2001:db8::ffff:2", "v", 0)
    assert guard.banned_for("2001:db8::3", 0) > 0
    assert guard.banned_for("2001:db8:0:1::1", 0) == 0
    guard.failed("::ffff:10.0.0.1", "u", 0)
    guard.failed("10.0.0.1", "u", 0)
    assert guard.banned_for("10.0.0.1", 0) > 0
    assert guard.banned_for("fe80::1%eth0", 0) == guard.banned_for("a:name", 0) == 0


def test_the_guard_remembers_a_bounded_number() -> None:
    guard = LoginGuard(attempts=1, table=FailureTable(remember=20))  # hosts and users
    for number in range(100):
        guard.failed(f"10.0.0.{number}", f"u{number}", number)
    banned = [n for n in range(100) if guard.banned_for(f"10.0.0.{n}", 100)]
    assert banned == list(range(90, 100))


def test_a_quota_takes_and_gives_back() -> None:
    quota = Quota(100, used=40)
    assert quota.take(60)
    assert not quota.take(1)
    assert (quota.used, quota.left) == (100, 0)
    quota.give_back(500)
    assert (quota.used, quota.left) == (0, 100)


@few
@given(
    st.integers(1000, 10**9),
    st.lists(st.tuples(st.floats(0, 3), st.integers(0, 100)), min_size=1, max_size=40),
)
def test_a_bucket_never_gives_more_than_rate_and_burst(
    rate: int, wishes: list[tuple[float, int]]
) -> None:
    bucket = TokenBucket(rate, now=0.0)
    now = moved = 0.0
    for pause, percent in wishes:
        now += pause
        now += bucket.reserve(bucket.piece, now)
        unused = bucket.piece * percent // 100
        bucket.give_back(unused, now)
        moved += bucket.piece - unused
        assert moved <= rate * now + bucket.burst + 1


@few
@given(st.integers(10_000, 10**9), st.integers(1, 20))
def test_transfers_that_share_a_bucket_get_its_rate_in_equal_parts(rate: int, many: int) -> None:
    rates = Rates([TokenBucket(rate, now=0.0)])
    due = [0.0] * many
    moved = [0] * many
    for _ in range(many * 100):
        who = due.index(min(due))
        moved[who] += rates.piece
        due[who] += rates.reserve(due[who])
    allowed = rate * max(due)
    assert allowed * 0.95 <= sum(moved) <= allowed + rate / 10 + (many + 1) * rates.piece
    assert max(moved) - min(moved) <= rate / 10 + 2 * rates.piece


def test_a_reservation_waits_for_those_before_it() -> None:
    bucket = TokenBucket(10_000, now=0.0)
    assert bucket.piece == 1000
    assert [bucket.reserve(1000, 0.0) for _ in range(3)] == pytest.approx([0, 0.1, 0.2])
    bucket.give_back(1000, 0.0)
    assert bucket.reserve(1000, 0.1) == pytest.approx(0.1)
    assert bucket.reserve(1000, 100.0) == 0
    assert bucket.reserve(1000, 50.0) == pytest.approx(0.1)  # a clock that steps back
    with pytest.raises(ValueError, match="more than 0"):
        TokenBucket(0, 0.0)


def test_all_buckets_must_agree() -> None:
    slow, fast = TokenBucket(10_000, 0.0), TokenBucket(1_000_000, 0.0)
    rates = Rates([slow, fast])
    assert rates
    assert not Rates([])
    assert rates.piece == 1000
    assert rates.reserve(0.0) == 0
    assert rates.reserve(0.0) == pytest.approx(0.1)
    assert fast.reserve(98_000, 0.0) == 0
    assert fast.reserve(1000, 0.0) == pytest.approx(0.001)
