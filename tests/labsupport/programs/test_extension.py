"""The magics in a real kernel, under every start method."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import psutil
import pytest
from IPython.core.error import UsageError
from kernels import DEADLINE, Kernel, kernel_in

from labsupport.programs.extension import choose_start_method, parse_lab_line


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_functions_of_a_module_cell_reach_every_child(method: str, tmp_path: Path) -> None:
    with kernel_in(tmp_path, method) as kernel:
        loaded = kernel.run("%load_ext labsupport")
        assert (loaded.text, loaded.error) == ("labsupport is ready: %%module, %%lab\n", "")
        kernel.run("import multiprocessing as mp; os.chdir('/')")
        assert kernel.run("print(mp.get_start_method())").text == f"{method}\n"
        # The second round has the same length, and the forkserver already runs.
        for sign, expected in [("+", "[10, 11, 12]\n"), ("*", "[0, 10, 20]\n")]:
            ran = kernel.run(f"%%module lab_reach\ndef reach(n):\n    return n {sign} 10\n")
            assert (ran.text, ran.error) == ("", "")
            ran = kernel.run(
                "with mp.Pool(2) as pool:\n    print(pool.map_async(reach, range(3)).get(30))"
            )
            assert (ran.text, ran.error) == (expected, "")
        # This is no folder of lessons: nothing is written beside the notebook.
        assert not (tmp_path / "_work").exists()
        refused = kernel.run("%%module select\nx = 1")
        assert refused.text.startswith("UsageError: 'select' is in Python's standard library")
        assert kernel.run("%%module\nx = 1").text.startswith("UsageError: this %%module cell")


def test_cells_of_all_kinds(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as kernel:
        kernel.run("%load_ext labsupport")
        # A syntax error looks like one of a plain cell.
        ran = kernel.run("%%module lab_wrong\nvalue = = 1\n")
        assert ran.error == "SyntaxError: invalid syntax (lab_wrong.py, line 1)"
        # An error in the module's code is the cell's error.
        ran = kernel.run("%%module lab_wrong\ndef fail():\n    1 / 0\n\nfail()\n")
        assert ran.error == "ZeroDivisionError: division by zero"
        assert "lab_wrong.py" in ran.traceback
        # A program's output, arguments, exit code and result.
        ran = kernel.run("%%lab lab_hello.py -t 20 one 'two words'\nimport sys\nprint(sys.argv)\n")
        assert ran.text == "['lab_hello.py', 'one', 'two words']\n"
        assert kernel.run("print(result.returncode, result.timed_out)").text == "0 False\n"
        ran = kernel.run("%%lab lab_hello.py\nimport os\nos._exit(4)\n")
        assert (ran.text, ran.error) == ("[exit code 4]\n", "")
        ran = kernel.run("%%lab lab_hello.py -t 0.5\nwhile True:\n    pass\n")
        assert ran.text == "[stopped: lab_hello.py ran for more than 0.5 s]\n"
        # 10 MB do not hurt the kernel.
        ran = kernel.run("%%lab lab_big.py\nprint('x' * 10_000_000)\n")
        assert ran.text.endswith("[output cut after 100,000 characters]\n")
        # Usage errors are one sentence.
        for line in ("", "name", "lab_hello.py -t", "lab_hello.py -t never", "queue.py", "'x.py"):
            assert kernel.run(f"%%lab {line}\nprint(1)\n").text.startswith("UsageError: ")
        assert kernel.run("print('alive')").text == "alive\n"


SERVER = """
from labsupport import running_server
server = running_server("select_echo").start()
print("pids", server.pid)
"""

LAB = """%%lab lab_endless.py -t 100
import os, time
child = os.fork()
if child == 0:
    os.setsid()
    time.sleep(1000)
print("pids", os.getpid(), child, "end", flush=True)
time.sleep(1000)
"""


def start_server_and_lab(kernel: Kernel) -> tuple[psutil.Process, list[psutil.Process], str]:
    """Return the server, the processes of an endless %%lab program, and that cell's message."""
    kernel.run("%load_ext labsupport")
    ran = kernel.run(SERVER)
    assert ran.error == ""
    cell = kernel.start(LAB)
    text = kernel.read(cell, until="end").text
    program = [psutil.Process(int(word)) for word in text.split() if word.isdigit()]
    return psutil.Process(int(ran.text.split()[1])), program, cell


def test_interrupt_ends_the_program_and_not_the_server(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as kernel:
        server, program, cell = start_server_and_lab(kernel)
        os.killpg(os.getpgid(kernel.pid), signal.SIGINT)  # what the button does
        ran = kernel.read(cell)
        assert ran.error.startswith("KeyboardInterrupt")
        assert psutil.wait_procs(program, timeout=DEADLINE)[1] == []
        assert server.is_running()
        ran = kernel.run("from labsupport import clients\nprint(clients(server, n=5, messages=5))")
        assert ran.text == "5 clients, 25 replies, all right\n"
        assert kernel.run("print(server)").text == "<server select_echo: listening>\n"
        assert kernel.run("print(server.stop())").text == "0\n"


def test_nothing_survives_a_kernel_killed_with_sigkill(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as kernel:
        server, program, _ = start_server_and_lab(kernel)
        supervisors = psutil.Process(kernel.pid).children()
        assert len(supervisors) == 3  # and the kernel's keeper
        os.kill(kernel.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs([server, *program, *supervisors], timeout=DEADLINE)
        assert alive == []


def test_start_method_is_chosen_and_a_wrong_one_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_START_METHOD", raising=False)
    assert choose_start_method() == "forkserver"
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert choose_start_method() == "spawn"
    monkeypatch.setenv("LAB_START_METHOD", "fork")
    with pytest.raises(UsageError, match="is 'fork'; set it to one of spawn, or unset it"):
        choose_start_method()


def test_the_line_of_a_lab_cell() -> None:
    assert parse_lab_line("a.py") == ("a", 30.0, [])
    assert parse_lab_line("a.py x -t 3") == ("a", 30.0, ["x", "-t", "3"])
    for line in ("a.py -t 0", "a.py -t inf", "a.py -t nan", "a.py -t x", "a.py -t", "a", ""):
        with pytest.raises(UsageError, match="for example %%lab"):
            parse_lab_line(line)
