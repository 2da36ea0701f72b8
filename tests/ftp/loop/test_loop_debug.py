"""The debug mode finds the step that holds up the loop, and blames nobody else."""

from __future__ import annotations

import time

from ftp_project.loop import pause, sleep, spawn
from ftp_project.loop.debug import DebugLoop


def reports_of(main, limit=0.05):
    reports = []
    assert DebugLoop(report=reports.append, limit=limit).run(main) == "done"
    return reports


def test_a_call_that_blocks_is_reported_with_its_task_and_its_line():
    def culprit():
        yield from pause()
        time.sleep(0.5)  # the line to be found
        yield from pause()

    def main():
        yield from spawn(culprit(), "culprit")
        yield from sleep(0.1)
        return "done"

    (report,) = reports_of(main())
    assert report.startswith("task 'culprit' held up the loop for ")
    assert "time.sleep(0.5)  # the line to be found" in report


def test_an_eager_child_is_reported_and_not_its_parent():
    def child():
        time.sleep(0.5)
        yield from pause()

    def main():
        yield from spawn(child(), "child", eager=True)
        return "done"

    (report,) = reports_of(main())
    assert report.startswith("task 'child'")


def test_waiting_is_not_blocking():
    def main():
        for _ in range(5):
            yield from sleep(0.05)
        return "done"

    assert reports_of(main(), limit=0.04) == []
