"""What a server uses is counted: its own processes, and none of Python's helpers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from labsupport.capstone import observe

PROGRAM = """
import os, subprocess, sys
from multiprocessing import resource_tracker

resource_tracker.ensure_running()
helper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print(os.getpid(), helper.pid, resource_tracker._resource_tracker._pid, flush=True)
input()
"""


def test_a_resource_tracker_that_starts_at_any_time_is_no_part_of_the_server(
    tmp_path: Path,
) -> None:
    program = tmp_path / "server.py"
    program.write_text(PROGRAM, encoding="utf-8")
    command = ["/bin/sh", "-c", '"$0" "$1"; exit "$?"', sys.executable, str(program)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdout is not None
        server, helper, tracker = map(int, shell.stdout.readline().split())
        seen = {process.pid for process in psutil.Process(shell.pid).children(recursive=True)}
        assert seen == {server, helper, tracker}
        counted: list[int] = []
        assert observe._sum(server, lambda process: counted.append(process.pid) or 1) == 2
        assert set(counted) == {server, helper}
        shell.communicate("\n", timeout=60)
    assert shell.returncode == 0
