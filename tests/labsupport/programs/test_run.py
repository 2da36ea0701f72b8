"""`run_program`: what a program prints is shown, bounded, and nothing of it is left."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from labsupport.hang_doctor.warm_runner import end_warm_runner
from labsupport.ownership.scratch import place
from labsupport.programs.run import OUTPUT_LIMIT, Finished, child_env, run_program

DEADLINE = 60  # seconds; only ever used up on failure

Run = Callable[..., Finished]
Capture = pytest.CaptureFixture[str]


def assert_gone(pids: str) -> None:
    """Check the processes that a program has named, and that no supervisor of ours is left."""
    assert not any(psutil.pid_exists(int(pid)) for pid in pids.split())
    assert not any("supervisor.py" in " ".join(p.cmdline()) for p in psutil.Process().children())


@pytest.fixture
def run(tmp_path: Path) -> Run:
    end_warm_runner()  # of another test's checks: its supervisor stays, and is none of ours

    def run_code(code: str, *args: object, **options: object) -> Finished:
        path = tmp_path / "program.py"
        path.write_text(dedent(code), encoding="utf-8")
        return run_program(path.name, *args, cwd=tmp_path, **options)

    return run_code


def test_output_is_that_of_a_terminal(run: Run, capsys: Capture) -> None:
    finished = run(
        """
        import os, sys
        print("arguments", sys.argv[1:], sys.stdout.isatty())
        print("to stderr", file=sys.stderr)
        if os.fork() == 0:
            print("from a child")
            os._exit(0)                 # no flush: a terminal is line buffered, a pipe is not
        os.wait()
        """,
        "one",
        2,
    )
    assert finished.output == "arguments ['one', '2'] True\nto stderr\nfrom a child\n"
    assert capsys.readouterr().out == finished.output
    assert (finished.returncode, finished.timed_out) == (0, False)


def test_a_traceback_names_the_file_without_its_folder(run: Run, tmp_path: Path) -> None:
    finished = run("import os\n1 / 0\n", echo=False)
    assert '  File "program.py", line 2, in <module>\n' in finished.output
    assert str(tmp_path) not in finished.output
    assert finished.returncode == 1


def test_exit_code_is_shown_on_a_line_of_its_own(run: Run, capsys: Capture) -> None:
    run("import os; os.write(1, b'half a line'); os._exit(3)")
    assert capsys.readouterr().out == "half a line\n[exit code 3]\n"


@pytest.mark.parametrize(
    "hanging",
    [
        "while True: pass",
        "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    ],
    ids=["busy loop", "deadlock"],
)
def test_time_limit(run: Run, capsys: Capture, hanging: str) -> None:
    finished = run(f"import os; print(os.getpid(), flush=True)\n{hanging}", timeout=1)
    assert finished.timed_out
    assert finished.returncode is None
    assert_gone(finished.output)
    shown = capsys.readouterr().out
    assert shown.endswith("[stopped: program.py ran for more than 1 s]\n")


def test_temporary_files_go_with_the_program(run: Run, tmp_path: Path) -> None:
    finished = run(
        "import os, tempfile; print(tempfile.mkdtemp(), flush=True); os.kill(os.getpid(), 9)",
        echo=False,
    )
    folder = Path(finished.output.strip())
    assert folder.is_relative_to(place())
    assert not folder.parent.exists()


BARE = """
    import os, sys
    del os.fork, os.openpty, os.pidfd_open
    sys.modules["termios"] = None
    from labsupport.programs.run import run_program
    finished = run_program(sys.argv[1], "bare", timeout=60)
    print(finished.returncode, repr(finished.output))
"""


def test_platforms_without_fork_and_terminal_do_with_less(tmp_path: Path) -> None:
    inner = tmp_path / "inner.py"
    inner.write_text("import sys\nprint('hello', sys.argv[1], sys.stdout.isatty())\n")
    outer = tmp_path / "outer.py"
    outer.write_text(dedent(BARE))
    finished = run_program(outer, inner, echo=False, timeout=DEADLINE)
    assert finished.output == "hello bare False\n0 'hello bare False\\n'\n"


def test_a_program_that_floods_for_ever_is_stopped(run: Run, capsys: Capture) -> None:
    finished = run("while True: print('x' * 1000)", timeout=1)
    assert finished.timed_out
    assert len(capsys.readouterr().out) < OUTPUT_LIMIT + 200


def test_ten_megabytes_are_cut(run: Run, capsys: Capture) -> None:
    finished = run("print('x' * 10_000_000); print('end')")
    cut = "\n[output cut after 100,000 characters]\n"
    assert finished.output == "x" * OUTPUT_LIMIT + cut
    assert capsys.readouterr().out == finished.output
    assert finished.returncode == 0


def test_bytes_that_are_no_utf8_are_replaced(run: Run) -> None:
    code = r"""
        import os
        os.write(1, b"\xff\xfe caf\xc3"); os.write(1, b"\xa9 \xc3")
    """
    assert run(code, echo=False).output == "\ufffd\ufffd café \ufffd"


def test_children_left_behind_do_not_hold_the_cell(run: Run) -> None:
    finished = run(
        """
        import os, time
        child = os.fork()
        if child == 0:
            os.setsid()
            time.sleep(1000)
        print(child)
        """,
        echo=False,
        timeout=DEADLINE,
    )
    assert not finished.timed_out
    assert finished.output
    assert_gone(finished.output)


def test_output_closed_early_and_then_a_hang(run: Run) -> None:
    finished = run(
        "import os, time\nfor n in range(3): os.close(n)\ntime.sleep(1000)", timeout=1, echo=False
    )
    assert finished.timed_out


def test_standard_input_is_the_text_or_empty(run: Run) -> None:
    code = "import sys; print(len(sys.stdin.read()))"
    assert run(code, stdin="é" * 100_000, echo=False).output == "100000\n"
    assert run(code, echo=False).output == "0\n"


def test_events_of_the_program_and_its_children_are_read(run: Run) -> None:
    finished = run(
        """
        import multiprocessing
        from labsupport.traces.recorder import Recorder

        def work(number):
            with Recorder.from_environment().span(f"task {number}"):
                pass

        if __name__ == "__main__":
            context = multiprocessing.get_context("spawn")
            for number in range(2):
                worker = context.Process(target=work, args=(number,))
                worker.start()
                worker.join()
        """,
        echo=False,
        timeout=DEADLINE,
    )
    assert finished.output == ""
    assert finished.recorder.timeline().order("start") == ["task 0", "task 1"]


def test_interrupt_is_passed_on_and_the_program_ends(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def interrupt_at_output(screen: object, data: bytes, final: bool = False) -> None:
        if data.startswith(b"pid "):
            seen.append(int(data.split()[1]))
            raise KeyboardInterrupt  # where the main thread meets the kernel's SIGINT
        if data:
            seen.append(-len(data))

    monkeypatch.setattr("labsupport.programs.run._Screen.feed", interrupt_at_output)
    with pytest.raises(KeyboardInterrupt):
        run(
            """
            import os, time
            try:
                print("pid", os.getpid(), flush=True)
                time.sleep(1000)
            except KeyboardInterrupt:
                print("bye", flush=True)
            """,
            timeout=DEADLINE,
        )
    assert_gone(str(seen[0]))
    assert seen[1] == -len("bye\n")


def test_nothing_is_left_open(run: Run) -> None:
    run("print(1)", echo=False)
    before = len(list(Path("/proc/self/fd").iterdir()))
    threads = threading.active_count()
    for _ in range(3):
        run("print(1)", echo=False, stdin="text")
    # Each result's recorder keeps one descriptor, and goes with its result.
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
    assert threading.active_count() == threads


def test_bad_input_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no program gone\.py"):
        run_program("gone.py", cwd=tmp_path)
    (tmp_path / "it.py").touch()
    for timeout in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="more than 0 seconds"):
            run_program(tmp_path / "it.py", timeout=timeout)


def test_child_env_is_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    env = child_env({"MINE": "yes"})
    assert "PYTHONUNBUFFERED" not in env
    assert "FORCE_COLOR" not in env
    assert (env["NO_COLOR"], env["MINE"]) == ("1", "yes")
    assert "MINE" not in os.environ
