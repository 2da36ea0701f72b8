"""Limits in memory that processes share: whoever is killed, whatever comes at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

from ftp_project.accounts.guard import LoginGuard
from ftp_project.accounts.limits import Refusal, SessionLimits
from ftp_project.accounts.quota import Quota
from ftp_project.accounts.shared import WINDOW, SharedTable, TableFullError
from ftp_project.accounts.shared_limits import (
    SharedBucket,
    SharedCounts,
    SharedFailures,
    SharedQuota,
    known,
)
from ftp_project.settings.readers import MOST_WORKERS, processes


class Two:
    """A table as two processes see it; each is told whose turn it is."""

    def __init__(self, make):
        self.table = SharedTable(2)
        self._made = make(self.table), make(self.table)

    def __getitem__(self, number):
        self.table.become(number)
        return self._made[number]


def run(what):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("rush.py")), what],
        capture_output=True, text=True, timeout=HANG, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


def test_processes_that_count_at_once_never_let_one_too_many_in():
    assert run("rush") == ["50", "40", "0", "0"]


def test_a_process_that_is_killed_with_the_lock_in_its_hand_leaves_it_open():
    assert run("die") == ["7", "0"]


def test_a_key_takes_the_row_whose_time_is_over_first_and_never_one_in_use():
    table = SharedTable(1, rows=WINDOW + 1)  # all keys stand in the same window
    with table:
        for number in range(WINDOW):
            row = table.row(f"{number}")
            table.write(row, number, 0.0, until=100.0 + number)
        table.add(table.row("0"), 1)
        assert table.row("new") == table.row("new")
        assert table.find("0") is not None
        assert table.find("1") is None
        for number in range(2, WINDOW):
            table.add(table.row(f"{number}"), 1)
        table.add(table.row("new"), 1)
        with pytest.raises(TableFullError):
            table.row("another")
        assert table.read(table.row("5"))[0] == 5.0


def test_a_full_table_refuses_and_does_not_fail():
    table = SharedTable(1, rows=WINDOW + 1)
    counts = SharedCounts(table)
    limits = SessionLimits(max_per_host=5, counts=counts)
    answers = [limits.connect(f"10.0.0.{number}") for number in range(WINDOW + 3)]
    assert answers.count(None) == WINDOW - 1  # one row is that of all sessions
    assert answers[-1] is Refusal.TOTAL
    limits.disconnect("10.0.0.1")
    assert limits.connect("10.0.1.1") is None


def test_failed_logins_are_seen_by_all_processes():
    guards = Two(lambda table: LoginGuard(attempts=3, table=SharedFailures(table)))
    assert guards[0].banned_for("h", 0.0) == 0.0
    guards[0].failed("h", "u", 1.0)
    assert guards[1].delay("other", "u", 1.0) == guards[0].delay("h", "v", 1.0) == 0.5
    guards[1].failed("h", "u", 2.0)
    guards[0].failed("h", "u", 3.0)
    assert guards[1].banned_for("h", 3.0) == 600.0
    guards.table.forget(0)  # the ban outlives the process that has seen the failures
    assert guards[1].banned_for("h", 4.0) == 599.0
    guards[1].succeeded("other", "u")
    assert guards[0].delay("other", "u", 4.0) == 0.0


def test_processes_take_turns_at_one_bucket():
    buckets = Two(lambda table: SharedBucket(10_000, 0.0, table, "total"))
    waits = [buckets[number % 2].reserve(1000, 100.0) for number in range(4)]
    assert waits == pytest.approx([0.0, 0.1, 0.2, 0.3])
    buckets[0].give_back(1000, 100.0)
    assert buckets[1].reserve(1000, 100.0) == pytest.approx(0.3)
    assert buckets[1].reserve(1000, 200.0) == 0.0


def test_a_quota_is_that_of_all_sessions_and_a_dead_process_takes_nothing_with_it():
    quotas = Two(lambda table: SharedQuota(1000, 400, table, "u"))
    assert known(quotas.table, "u") == 400
    assert quotas[0].take(300)
    assert quotas[1].take(300)
    assert not quotas[0].take(1)
    assert (quotas[0].used, quotas[0].left) == (1000, 0)
    quotas[0].settle(300, 200)  # what was stored replaced something
    assert known(quotas.table, "u") == 600
    assert quotas[0].take(100)
    assert not quotas[0].take(1)
    quotas.table.forget(1)  # with what its upload had taken
    assert quotas[0].take(300)
    quotas[0].give_back(500)
    assert known(quotas.table, "u") == 100


def test_the_count_of_a_home_ends_with_the_last_session_of_any_process():
    table = SharedTable(2)
    first: Quota | None = SharedQuota(1000, 400, table, "u")
    table.become(1)
    second: Quota | None = SharedQuota(1000, 123, table, "u")
    assert known(table, "u") == 400
    del second
    assert known(table, "u") == 400
    table.become(0)
    del first
    assert known(table, "u") is None
    assert SharedQuota(1000, 77, table, "u").take(923)


def test_how_many_processes():
    assert processes("auto") == len(os.sched_getaffinity(0))
    assert processes(3) == 3
    for text in ("0", "-1", "x", "1.5", str(MOST_WORKERS + 1), "9" * 5000, True):
        with pytest.raises(ValueError, match="number from 1 to"):
            processes(text)
