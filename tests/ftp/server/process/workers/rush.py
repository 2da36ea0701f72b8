"""Processes that share a table, forked from a program that has no threads: pytest's may have.

``rush`` prints how many sessions four processes have let in, ``die`` what one left behind that
was killed with the lock in its hand.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys

from ftp_project.accounts.limits import SessionLimits
from ftp_project.accounts.shared import SharedTable
from ftp_project.accounts.shared_limits import SharedCounts

fork = multiprocessing.get_context("fork")


def rush():
    table = SharedTable(4)
    counts = SharedCounts(table)
    start, admitted = fork.Barrier(4), fork.SimpleQueue()

    def connect(number):
        table.become(number)
        limits = SessionLimits(max_total=50, max_per_user=40, counts=counts)
        start.wait(100)
        in_all = sum(limits.connect("h") is None for _ in range(40))
        of_user = sum(limits.login("u") is None for _ in range(40))
        admitted.put((in_all, of_user))

    children = [fork.Process(target=connect, args=(number,)) for number in range(4)]
    for child in children:
        child.start()
    found = [admitted.get() for _ in children]
    for child in children:
        child.join()
    print(*(sum(column) for column in zip(*found, strict=True)))
    for number in range(4):
        table.forget(number)
    print(counts.count("total"), counts.count("user u"))


def die():
    table = SharedTable(2)
    ready = fork.SimpleQueue()

    def hold():
        table.become(1)
        with table:
            table.add(table.row("key"), 7)
            ready.put(None)
            signal.pause()

    child = fork.Process(target=hold)
    child.start()
    ready.get()
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    with table:  # would wait for ever
        print(table.count(table.find("key")))
    table.forget(1)
    with table:
        print(table.count(table.find("key")))


if __name__ == "__main__":
    {"rush": rush, "die": die}[sys.argv[1]]()
