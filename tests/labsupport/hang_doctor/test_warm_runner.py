"""A program forked by the warm runner is the program that a fresh interpreter would be."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from answering import load

from labsupport.exercises import exercises
from labsupport.exercises.judge import judge
from labsupport.hang_doctor import warm_runner
from labsupport.hang_doctor.job import Job, runner_argv
from labsupport.hang_doctor.monitor import watch
from labsupport.hang_doctor.warm_runner import end_warm_runner, start_warm
from labsupport.ownership.scratch import variables
from labsupport.programs.supervised_process import GuardedProcess, start_guarded

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is nothing to fork with")

DOUBLE = exercises()["double"]
#: what an answer can find out about the interpreter that it runs in
SELF = """
import gc, json, multiprocessing, os, signal, sys, tempfile, threading, warnings
from pathlib import Path

def answer():
    "The probe does it all."

def probe(function, folder):
    handlers = {name: str(signal.getsignal(getattr(signal, name))).split(" at 0x")[0]
                for name in ("SIGINT", "SIGTERM", "SIGPIPE", "SIGCHLD", "SIGHUP", "SIGXFSZ")}
    descriptors = sorted(int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2)
    files = [os.readlink(f"/proc/self/fd/{n}") for n in descriptors
             if os.path.exists(f"/proc/self/fd/{n}")]
    return {
        "argv": sys.argv[1:], "main": sys.modules["__main__"].__spec__.name,
        "path": sys.path, "cwd": os.getcwd(), "folder of multiprocessing":
        multiprocessing.process.ORIGINAL_DIR, "environment": dict(os.environ),
        "handlers": handlers, "leads its session": os.getsid(0) == os.getpid() == os.getpgid(0),
        "threads": [thread.name for thread in threading.enumerate()],
        "is main": threading.current_thread() is threading.main_thread(),
        "native": threading.main_thread().native_id == os.getpid(),
        "process": multiprocessing.current_process().name,
        "parent": str(multiprocessing.parent_process()),
        "method": multiprocessing.get_start_method(),
        "files": [name for name in files if not name.endswith(".stack")],
        "flags": str(sys.flags), "hash": hash("word"), "warnings": sys.warnoptions,
        "temporary": tempfile.gettempdir(), "encoding": sys.stdout.encoding,
        "buffered": sys.stdout.line_buffering, "input": sys.stdin.read(),
        "children": multiprocessing.active_children(),
    }
"""


def outcome(folder: Path, start: Callable[..., GuardedProcess], text: str = SELF) -> Any:
    """Run a probe in a program of its own and return what it returned."""
    folder.mkdir(exist_ok=True)
    path = folder / "itself.py"
    path.write_text(text, encoding="utf-8")
    result, job = folder / "result.json", folder / "job.json"
    Job(str(path), "answer", "spawn", str(result), "itself:probe", "", str(folder)).save(job)
    result.unlink(missing_ok=True)
    watched = watch(runner_argv(job), folder=folder, cwd=folder, start=start, is_done=result.exists)
    assert watched.ending == "done", watched
    found = json.loads(result.read_text(encoding="utf-8"))
    assert found["kind"] == "returned", found
    return found["value"]


def runner() -> psutil.Process:
    assert warm_runner._runner is not None
    return psutil.Process(warm_runner._runner.program.pid)


def is_right(folder: Path) -> bool:
    return judge(DOUBLE, load(folder, DOUBLE.solution, "double"))[0].state == "right"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it looks at /proc")
def test_a_forked_program_is_what_a_fresh_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome(tmp_path / "before", start_warm)  # the runner is older than what follows
    monkeypatch.setenv("COLOUR", "red")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    forked = outcome(tmp_path / "here", start_warm)
    fresh = outcome(tmp_path / "here", start_guarded)
    assert forked["environment"]["COLOUR"] == "red"
    for each in (forked, fresh):  # both have a place of their own
        own = each["temporary"]
        assert [each["environment"].pop(name) for name in variables(Path(own))] == [own, own]
    assert forked.pop("temporary") != fresh.pop("temporary")
    assert forked == fresh


def test_programs_share_the_runner_and_not_their_luck(tmp_path: Path) -> None:
    text = "import os, random\ndef answer(): ...\ndef probe(function, folder):\n"
    text += "    return [random.random(), os.getpid()]\n"
    first = outcome(tmp_path, start_warm, text)
    pid = runner().pid
    second = outcome(tmp_path, start_warm, text)
    assert runner().pid == pid
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_variable_that_python_reads_at_its_start_takes_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_right(tmp_path)
    pid = runner().pid
    monkeypatch.setenv("PYTHONWARNINGS", "error::UserWarning")
    assert "error::UserWarning" in outcome(tmp_path, start_warm)["warnings"]
    assert runner().pid != pid
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize("depth", [0, 1], ids=["the supervisor", "the warm runner"])
def test_an_answer_that_kills_who_runs_it_is_told_and_the_next_one_judged(
    depth: int, tmp_path: Path
) -> None:
    text = (
        "import os, psutil, signal, time\ndef double(number):\n"
        f"    os.kill(psutil.Process().parents()[{depth}].pid, signal.SIGKILL)\n"
        "    time.sleep(60)\n"
    )
    verdict, _ = judge(DOUBLE, load(tmp_path, text, "double"))
    assert verdict.state == "wrong"
    assert verdict.reason.startswith("double ended the whole interpreter")
    assert is_right(tmp_path)


def test_nothing_is_left_when_the_one_who_checks_is_killed(tmp_path: Path) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("import time\ndef double(number):\n    while True: time.sleep(9)\n")
    program = (
        "import sys, threading, psutil\n"
        f"sys.path[:0] = [{str(tmp_path)!r}]\n"
        "import endless\n"
        "from labsupport.exercises import exercises\n"
        "from labsupport.exercises.judge import judge\n"
        "threading.Thread(target=judge, args=(exercises()['double'], endless.double)).start()\n"
        "while len(found := psutil.Process().children(recursive=True)) < 4:\n"
        "    pass\n"
        "print(*[each.pid for each in found], flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as checking:
        assert checking.stdout is not None
        living = [psutil.Process(int(word)) for word in checking.stdout.readline().split()]
        checking.send_signal(signal.SIGKILL)
    # supervisor, warm runner, supervisor, program
    assert len(living) == 4
    assert psutil.wait_procs(living, timeout=30)[1] == []


def test_without_a_way_to_hand_over_descriptors_a_fresh_interpreter_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_warm_runner()
    monkeypatch.delattr(socket, "send_fds")
    assert is_right(tmp_path)
    assert warm_runner._runner is None


def test_what_an_answer_has_printed_is_there_when_it_is_done(tmp_path: Path) -> None:
    text = 'def double(number):\n    print("so far", number)\n    return None\n'
    for _ in range(3):
        assert judge(DOUBLE, load(tmp_path, text, "double"))[1].startswith("so far 3")
