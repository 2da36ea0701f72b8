"""The hang doctor names the cause of programs that hang in known ways, and of no others."""

from __future__ import annotations

import multiprocessing
import textwrap
from pathlib import Path

import pytest
from answering import load

import labsupport
from labsupport.hang_doctor.diagnosis import diagnose, examine, explain_hang
from labsupport.hang_doctor.evidence.stacks import Frame, ProcessStack, parse_stacks
from labsupport.hang_doctor.monitor import Limits
from labsupport.hang_doctor.wait_kinds import describe, is_own

JOIN_BEFORE_DRAIN = """
def fill(queue):
    for n in range(20_000):
        queue.put("x" * 100)

def main():
    queue = mp.Queue()
    child = mp.Process(target=fill, args=(queue,))
    child.start()
    child.join()
    print(queue.get())
"""
TWO_ORDERS = """
def move(mine, other, both):
    with mine:
        both.wait()
        with other:
            print("moved")

def main():
    first, second, both = mp.Lock(), mp.Lock(), mp.Barrier(2)
    one = mp.Process(target=move, args=(first, second, both))
    two = mp.Process(target=move, args=(second, first, both))
    one.start(), two.start()
    one.join(), two.join()
"""
NO_IMPORT = """
def main():
    pool = mp.Pool(2)
    exec("def square(n): return n * n", globals())
    square.__module__ = __name__
    print(pool.map(square, [1, 2, 3]))
"""
OPEN_PIPE = """
def talk(end):
    end.send("hello")

def main():
    ours, theirs = mp.Pipe()
    child = mp.Process(target=talk, args=(theirs,))
    child.start()
    print(ours.recv())
    print(ours.recv())
"""
CALLBACK = """
totals = {}

def main():
    with mp.Pool(2) as pool:
        pool.apply_async(len, ("abc",), callback=lambda n: totals[n].append(n))
        pool.close()
        pool.join()
"""
LOST_TASK = """
def die(code):
    os._exit(code)

def main():
    with mp.Pool(2) as pool:
        pool.apply(die, (3,))
"""
TWO_LOCKS_IN_THREADS = """
first, second, both = threading.Lock(), threading.Lock(), threading.Barrier(2)

def one():
    with first:
        both.wait()
        with second:
            print("one")

def two():
    with second:
        both.wait()
        with first:
            print("two")

def main():
    threads = [threading.Thread(target=one), threading.Thread(target=two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""
TAKEN_TWICE = """import threading

def twice(lock):
    with lock:
        with lock:
            pass

def stuck(count):
    twice(threading.Lock())
"""
SEND_BEFORE_JOIN = """
def main():
    ours, theirs = mp.Pipe()
    child = mp.Process(target=theirs.send, args=("x" * 1_000_000,))
    child.start()
    child.join()
"""
CASES = {
    "join before recv": (
        SEND_BEFORE_JOIN,
        "child: waits for room in a full pipe (send)",
        "join before the pipe was read",
    ),
    "join before drain": (
        JOIN_BEFORE_DRAIN,
        "child, another thread: holds items for a queue whose pipe is full",
        "join before the queue was emptied",
    ),
    "two orders": (
        TWO_ORDERS,
        "child 2: waits for a lock at line 6: with other:",
        "two locks taken in two orders (mine and other)",
    ),
    "not importable": (
        NO_IMPORT,
        "2 times worker: is idle",
        "a worker could not import 'square'",
    ),
    "open pipe": (
        OPEN_PIPE,
        "main process: waits for a message on a pipe (recv) at line 11: print(ours.recv())",
        "recv waits as long as any process has the other end open",
    ),
    "callback": (
        CALLBACK,
        "main process: waits for the pool's workers to end (Pool.join) at line 9: pool.join()",
        "a callback raised an error (KeyError: 3 at line 7: pool.apply_async(len, ",
    ),
    "lost task": (
        LOST_TASK,
        "main process: waits for a result from the pool at line 8: pool.apply(die, (3,))",
        "every worker is idle, yet a result is still missing",
    ),
    "threads": (
        TWO_LOCKS_IN_THREADS,
        "main process, another thread: waits for a lock at line 14: with first:",
        "two locks taken in two orders",
    ),
}
HEAD = "import multiprocessing as mp, os, threading, time\n"
MAIN = """
if __name__ == "__main__":
    mp.set_start_method(os.environ["LAB_START_METHOD"], force=True)
    main()
"""


EVERY_METHOD = ("join before drain", "two orders", "not importable", "open pipe")


@pytest.mark.parametrize(
    ("case", "method"),
    [(case, "forkserver") for case in CASES]
    + [(case, method) for case in EVERY_METHOD for method in ("fork", "spawn")],
)
def test_a_program_that_hangs_is_explained(
    case: str, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_START_METHOD", method)
    program, wait, cause = CASES[case]
    path = tmp_path / "stuck.py"
    path.write_text(HEAD + program + MAIN, encoding="utf-8")
    text = examine(path)
    assert f"  {wait}" in text, text
    assert f"Usual cause: {cause}" in text, text
    assert "\nCure: " in text


def test_a_function_of_a_module_cell_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    explain_hang(load(tmp_path, TAKEN_TWICE, "stuck"), 3)
    assert capsys.readouterr().out == textwrap.dedent(
        """\
        Nothing moves any more.
        Who waits for what:
          main process: waits for a lock at line 5: with lock:
        Usual cause: lock is taken a second time by the thread that already holds it. A Lock does \
not remember who holds it, so the thread waits for itself.
        Cure: take it once, or use an RLock.
        """
    )


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("print('done')", "It does not hang: it came to its end."),
        ("time.sleep(1.3)", "It does not hang: it came to its end."),
        ("while True: pass", "It computes and computes, and does not come to its end."),
        ("threading.Event().wait(1000)", "It was not at its end when its time was up."),
    ],
)
def test_what_does_not_hang_is_not_called_so(program: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(f"{HEAD}{program}\n", encoding="utf-8")
    limits = Limits(cpu=1.0, wall=1.5 if "wait" in program else 60.0)
    assert examine(path, limits=limits).startswith(said)


def test_a_stack_that_cannot_be_had_is_said_and_no_cause_guessed() -> None:
    found = diagnose([ProcessStack(1, (), "it is not a Python process")])
    assert str(found) == (
        "Who waits for what:\n"
        "  main process: its stack could not be had: it is not a Python process\n"
        "None of the usual causes fits; the list above is all that can be seen."
    )
    assert not found.certain


def test_stacks_of_new_pythons_with_thread_names_and_c_frames_are_read() -> None:
    text = (
        "Thread 0x00007f (most recent call first):\n"
        '  File "a.py", line 3 in f\n'
        "\n"
        "Current thread 0x00007e [python3] (most recent call first):\n"
        '  File "b.py", line 4 in <module>\n'
        "\n"
        "Current thread's C stack trace (most recent call first):\n"
        '  Binary file "python", at _Py_DumpStack+0x31 [0x5d]\n'
    )
    first, second = parse_stacks(text)
    assert (first[0].path, first[0].line, first[0].function) == ("a.py", 3, "f")
    assert (second[0].path, second[0].line) == ("b.py", 4)


def test_a_forked_child_that_ends_is_not_said_to_be_in_the_code_that_forked_it() -> None:
    folder = str(Path(multiprocessing.__file__).parent)
    calls = [
        Frame(f"{folder}/queues.py", 217, "_finalize_join"),
        Frame(f"{folder}/util.py", 360, "_exit_function"),
        Frame(f"{folder}/popen_fork.py", 74, "_launch"),
        Frame("/home/ada/notebooks/_work/flood.py", 11, "join_first"),
    ]
    child = ProcessStack(2, (tuple(calls),))
    waits = [str(wait) for wait in describe([ProcessStack(1, ((calls[-1],),)), child])]
    assert waits[1] == "child: waits for someone to take out what it has put into a queue"


def test_what_cannot_be_explained_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no program none\.py: give its path"):
        explain_hang("none.py")
    with pytest.raises(TypeError, match="a lambda has no name"):
        explain_hang(lambda: None)
    with pytest.raises(TypeError, match="give its name without"):
        explain_hang(3)  # type: ignore[arg-type]


def test_no_line_of_labsupport_is_the_learners_own(tmp_path: Path) -> None:
    package = Path(labsupport.__file__).parent
    files = [*package.rglob("*.py")]
    assert {path for path in files if is_own(Frame(str(path), 1, "f"))} == set()
    for beside in (tmp_path / "answer.py", package.with_name("labsupport_of_mine") / "answer.py"):
        assert is_own(Frame(str(beside), 1, "f"))
