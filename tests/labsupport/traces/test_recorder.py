from __future__ import annotations

import doctest
import itertools
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import labsupport.traces.recorder
from labsupport.traces.recorder import LONGEST_LABEL, Recorder

START_METHODS = multiprocessing.get_all_start_methods()


def write_many(recorder: Recorder, worker: int, count: int) -> None:
    for number in range(count):
        recorder.mark(f"{worker}:{number}:{'x' * (number % 90)}")


def work_under_a_barrier(recorder: Recorder, barrier, label: str) -> None:
    with recorder.span(label):
        barrier.wait(30)


def killed_in_the_middle(recorder: Recorder) -> None:
    with recorder.span("never done"):
        os._exit(3)


def test_lines_of_eight_processes_stay_whole():
    recorder = Recorder()
    context = multiprocessing.get_context(
        "forkserver" if "forkserver" in START_METHODS else "spawn"
    )
    workers = [context.Process(target=write_many, args=(recorder, n, 1000)) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    timeline = recorder.timeline()
    assert len(timeline.marks) == 8000
    expected = {f"{w}:{n}:{'x' * (n % 90)}" for w in range(8) for n in range(1000)}
    assert {mark.label for mark in timeline.marks} == expected
    assert timeline.lanes == [f"P{n}" for n in range(1, 9)]


@pytest.mark.parametrize("method", START_METHODS)
def test_every_start_method_reaches_the_same_file(method):
    recorder = Recorder("two")
    context = multiprocessing.get_context(method)
    barrier = context.Barrier(2)
    workers = [
        context.Process(target=work_under_a_barrier, args=(recorder, barrier, label))
        for label in "ab"
    ]
    with recorder.span("both"):
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    timeline = recorder.timeline()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert timeline.lanes == ["main", "P1", "P2"]
    assert timeline.overlaps("a", "b")
    assert timeline.peak() == 3
    assert timeline.order("end")[-1] == "both"
    assert Path(recorder.path).exists(), "a child that ends must not remove the file"


def test_a_killed_worker_leaves_an_unfinished_span():
    recorder = Recorder()
    worker = multiprocessing.get_context("spawn").Process(
        target=killed_in_the_middle, args=(recorder,)
    )
    worker.start()
    worker.join(60)
    timeline = recorder.timeline()
    assert worker.exitcode == 3
    assert timeline.unfinished() == ["never done"]
    assert timeline.peak() == 1
    assert timeline.order("end") == []


def test_threads_have_their_own_lanes_although_identifiers_are_reused():
    recorder = Recorder()
    for number in range(5):  # one after the other: the system gives them the same identifier
        thread = threading.Thread(target=recorder.mark, args=(number,))
        thread.start()
        thread.join()
    recorder.mark("last")
    assert recorder.timeline().lanes == ["main", "T1", "T2", "T3", "T4", "T5"]


def test_greenlets_have_their_own_lanes():
    gevent = pytest.importorskip("gevent")
    recorder = Recorder()

    def task(label: str) -> None:
        with recorder.span(label):
            gevent.sleep(0)

    with recorder.span("all"):
        gevent.joinall([gevent.spawn(task, label) for label in "abc"], raise_error=True)
    timeline = recorder.timeline()
    assert timeline.lanes == ["main", "G1", "G2", "G3"]
    assert timeline.peak() == 4
    assert timeline.lane_of("b") == "G2"


def test_a_greenlet_in_a_thread_is_named_inside_it():
    gevent = pytest.importorskip("gevent")
    recorder = Recorder()

    def with_its_own_hub() -> None:
        gevent.spawn(recorder.mark, "inside").join()
        gevent.get_hub().destroy()

    thread = threading.Thread(target=with_its_own_hub)
    thread.start()
    thread.join(30)
    assert recorder.timeline().lane_of("inside") == "T1 G1"


def test_lanes_can_be_named():
    recorder = Recorder()
    with recorder.span("a", lane="client"), recorder.wait("b", lane="server\t1"):
        recorder.mark("c", lane=7)
    timeline = recorder.timeline()
    assert timeline.lanes == ["client", "server 1", "7"]
    assert [span.kind for span in timeline.spans] == ["work", "wait"]


def test_any_label_comes_back_as_one_printable_line():
    recorder = Recorder("été\n2")
    for label in ["a\tb\nc\r\x00\x1b[0m\u2028", "任务 ①", "\ud800", "x" * 5000, 3, ""]:
        recorder.mark(label)
    labels = [mark.label for mark in recorder.timeline().marks]
    assert labels == ["a b c   [0m ", "任务 ①", " ", "x" * (LONGEST_LABEL - 1) + "…", "3", ""]
    assert recorder.timeline().title == "été 2"


def test_an_exception_ends_the_span_and_passes():
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError), recorder.span("fails"):
        _ = 1 / 0
    assert recorder.timeline().order("end") == ["fails"]


def test_clear_forgets_and_a_span_open_at_that_time_is_left_out():
    recorder = Recorder()
    with recorder.span("old"):
        recorder.clear()
    recorder.mark("new")
    timeline = recorder.timeline()
    assert timeline.spans == ()
    assert [mark.label for mark in timeline.marks] == ["new"]


PROGRAM = """
import threading
import labsupport.traces.recorder
from labsupport.traces.recorder import Recorder
recorder = Recorder.from_environment()
with recorder.span("program"):
    thread = threading.Thread(target=recorder.mark, args=("thread",))
    thread.start()
    thread.join()
print(recorder.path)
"""


PATCHED = """
from gevent import monkey
monkey.patch_all()
import gevent, threading, time
from labsupport.traces.recorder import Recorder
recorder = Recorder()
def task(label):
    with recorder.span(label):
        time.sleep(0.01)
with recorder.span("all"):
    threads = [threading.Thread(target=task, args=(n,)) for n in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    gevent.get_hub().threadpool.spawn(task, "real").get()
print(recorder.timeline().lanes)
"""


def run_program(tmp_path: Path, text: str = PROGRAM, **environment: str) -> str:
    program = tmp_path / "program.py"
    program.write_text(text)
    done = subprocess.run(
        [sys.executable, str(program)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_a_program_writes_to_the_recorder_that_the_environment_names(tmp_path):
    recorder = Recorder()
    run_program(tmp_path, LAB_EVENTS=recorder.path)
    timeline = recorder.timeline()
    assert timeline.lanes == ["main", "T1"]
    assert timeline.lane_of("program") == "main"
    assert Path(recorder.path).exists(), "the file is the notebook's, not the program's"


def test_patched_threads_are_the_greenlets_that_they_are(tmp_path):
    pytest.importorskip("gevent")
    lanes = run_program(tmp_path, PATCHED, LAB_EVENTS="")
    # A worker of gevent's thread pool is a thread in which a greenlet runs the task.
    assert lanes == "['main', 'G1', 'G2', 'T1 G1']"


def test_a_program_started_by_hand_has_its_own_recorder_and_removes_it(tmp_path):
    path = run_program(tmp_path, LAB_EVENTS="", LAB_PLACE="")
    assert path.endswith(".events")
    assert not Path(path).exists()


def test_a_recorder_whose_file_is_gone_says_so():
    recorder = Recorder()
    copy = pickle.dumps(recorder)
    Path(recorder.path).unlink()
    with pytest.raises(FileNotFoundError, match="the process that created it has ended"):
        pickle.loads(copy)


def test_a_damaged_file_is_refused_and_a_line_being_written_is_left_out():
    recorder = Recorder()
    recorder.mark("whole")
    with open(recorder.path, "a") as file:
        file.write("123\tM\thalf a li")
    assert [mark.label for mark in recorder.timeline().marks] == ["whole"]
    with open(recorder.path, "a") as file:
        file.write("ne\n")
    with pytest.raises(ValueError, match="not an event"):
        recorder.timeline()


def test_copies_do_not_leak_descriptors():
    recorder = Recorder()
    frozen = pickle.dumps(recorder)
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    for _ in itertools.repeat(None, 50):
        pickle.loads(frozen).mark("copy")
    again = os.open(os.devnull, os.O_RDONLY)
    os.close(again)
    assert again == lowest
    assert len(recorder.timeline().marks) == 50


def test_the_examples_in_the_docstrings():
    result = doctest.testmod(labsupport.traces.recorder)
    assert result.attempted
    assert not result.failed
