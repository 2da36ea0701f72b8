"""Whatever an answer does, the judge comes to a verdict and nothing of the answer is left."""

from __future__ import annotations

import re
from pathlib import Path

import psutil
import pytest
from answering import load

from labsupport.exercises import exercises
from labsupport.exercises.judge import judge
from labsupport.hang_doctor.monitor import Limits

EXERCISE = exercises()["never_more_than"]
HEAD = """
import atexit, multiprocessing as mp, os, signal, subprocess, sys, threading, time

def good(task, numbers, limit):
    with mp.Pool(limit) as pool:
        return pool.map(task, numbers)

def sleep_for_ever():
    while True:
        time.sleep(1000)

def run_limited(task, numbers, limit):
"""


def judged(folder: Path, *lines: str, limits: Limits | None = None) -> tuple[str, str, str]:
    body = "".join(f"    {line}\n" for line in lines)
    verdict, printed = judge(EXERCISE, load(folder, HEAD + body, "run_limited"), limits)
    return verdict.state, verdict.reason, printed


def is_left(text: str) -> bool:
    """Tell whether a living process has this text in its command line."""
    return any(
        text in " ".join(process.info["cmdline"] or ())
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
    )


GOOD = "return good(task, numbers, limit)"


@pytest.mark.parametrize(
    "nasty",
    [
        "print('x' * 10_000_000)",
        "sys.stdout.close(); sys.stderr.close()",
        "sys.stdout.buffer.write(bytes(range(256)))",
        "[signal.signal(n, signal.SIG_IGN) for n in {*range(1, 65)} - {9, 15, 17, 19, 32, 33}]",
        "threading.Thread(target=sleep_for_ever).start()",
        "atexit.register(sleep_for_ever)",
        "os.chdir('/')",
    ],
)
def test_a_right_answer_with_bad_manners_is_right(nasty: str, tmp_path: Path) -> None:
    state, reason, printed = judged(tmp_path, nasty, GOOD)
    assert (state, reason) == ("right", ""), printed
    assert len(printed) < 3000


def test_a_daemon_that_left_the_session_is_ended(tmp_path: Path) -> None:
    daemon = f"import time; time.sleep(1000) # {tmp_path}"
    line = f"subprocess.Popen([sys.executable, '-c', {daemon!r}], start_new_session=True)"
    assert judged(tmp_path, line, GOOD)[0] == "right"
    assert not is_left(f"# {tmp_path}")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("os._exit(7)", r"ended the whole interpreter \(exit code 7\)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", r"ended the whole interpreter \(exit code -9\)"),
        ("os.close(0); os.close(1); os.close(2); os._exit(7)", r"\(exit code 7\)"),
        ("sys.exit(3)", r"SystemExit: 3 came out of run_limited. Line \d+ of"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt came out of run_limited"),
        ("return input('? ')", "EOFError: EOF when reading a line came out of run_limited"),
        ("return run_limited(task, numbers, limit)", "RecursionError: maximum recursion depth"),
        ("return mp.Lockk()", "AttributeError: .*Lockk.* Line \\d+ of answer_.*: `return mp.Lockk"),
        ("return 7", "returned an object of type int, not a list"),
        ("return list(numbers)", r"returned \[7, 2"),
        ("return iter(numbers)", "not a list"),
    ],
)
def test_an_answer_that_ends_badly_is_told_how(line: str, reason: str, tmp_path: Path) -> None:
    state, said, _ = judged(tmp_path, line)
    assert state == "wrong"
    assert re.search(reason, said), said


def test_an_endless_loop_is_stopped_and_its_line_named(tmp_path: Path) -> None:
    limits = Limits(cpu=1.0, wall=30.0)
    state, reason, _ = judged(tmp_path, "while True: pass", limits=limits)
    assert (state, reason) == (
        "wrong",
        "run_limited computes without end at the line `while True: pass`.",
    )


def test_an_answer_whose_workers_cannot_be_ended_is_ended(tmp_path: Path) -> None:
    lines = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "pool = mp.Pool(2)",
        "pool.terminate()",
    )
    state, reason, _ = judged(tmp_path, *lines, limits=Limits(wall=5.0))
    assert state in ("wrong", "right")
    assert "runs a task" not in reason


def test_a_fork_bomb_is_ended(tmp_path: Path) -> None:
    lines = (
        "for n in range(50):",
        f"    subprocess.Popen([sys.executable, '-S', '-c', 'input() # {tmp_path}'],",
        "                     stdin=subprocess.PIPE)",
        "sleep_for_ever()",
    )
    state, reason, _ = judged(tmp_path, *lines, limits=Limits(processes=30))
    assert (state, "more and more processes" in reason) == ("wrong", True)
    assert not is_left(f"# {tmp_path}")


def test_a_sleep_is_not_taken_for_a_hang_before_its_time(tmp_path: Path) -> None:
    limits = Limits(still=0.2)
    assert judged(tmp_path, "time.sleep(0.8)", GOOD, limits=limits)[0] == "right"
    assert (
        judged(tmp_path, "threading.Event().wait(timeout=0.8)", GOOD, limits=limits)[0] == "right"
    )


def test_waiting_for_nothing_is_diagnosed(tmp_path: Path) -> None:
    state, reason, _ = judged(tmp_path, "threading.Event().wait()")
    assert state == "wrong"
    assert reason.startswith("run_limited never ends: an Event is never set")
    assert "your function: waits for an Event" in reason


def test_an_answer_that_hides_its_stack_is_ended_and_said_so(tmp_path: Path) -> None:
    lines = (
        "for n in range(34, 65): signal.signal(n, signal.SIG_IGN)",
        "threading.Lock().acquire() and threading.Event().wait()",
    )
    state, reason, _ = judged(tmp_path, *lines, limits=Limits(wall=2.5))
    assert state == "wrong"
    assert reason.startswith("run_limited was not done when its time was up")
    assert "its stack could not be had" in reason


def local_answer(task: object, numbers: object, limit: object) -> None:
    """Stands in a file, but under another name than the exercise asks for."""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "this needs a function, not NoneType"),
        ([1, 2], "this needs a function, not list"),
        (len, "this needs a function, not builtin_function_or_method"),
        (lambda task, numbers, limit: [], "a lambda has no name"),
        (local_answer, "this is local_answer, but run_limited is asked for"),
    ],
)
def test_what_is_no_answer_is_refused_with_a_next_step(answer: object, reason: str) -> None:
    verdict, _ = judge(EXERCISE, answer)
    assert verdict.state == "wrong"
    assert verdict.reason.startswith(reason)
    assert verdict.next_step.endswith("then check.never_more_than(run_limited).")


def test_a_function_of_a_plain_cell_is_sent_to_a_module_cell() -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile("def run_limited(task, numbers, limit): ...", "<ipython>", "exec"), names)
    verdict, _ = judge(EXERCISE, names["run_limited"])
    assert "top level of a %%module cell" in verdict.reason
