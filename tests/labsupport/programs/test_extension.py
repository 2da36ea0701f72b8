"""The magics in a real kernel, under every start method."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from IPython.core.error import UsageError
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from labsupport.programs.extension import choose_start_method, parse_lab_line

DEADLINE = 60.0  # seconds; only ever used up on failure
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Ran:
    """What a cell has shown: its text, and its error as "Name: value".

    A UsageError is no error message but one line of text: that is how IPython shows it.
    """

    text: str = ""
    error: str = ""
    traceback: str = ""


class Kernel:
    """A real ipykernel in a folder of its own."""

    def __init__(self, folder: Path, start_method: str = "") -> None:
        self._sockets = tempfile.TemporaryDirectory(prefix="lab-kernel-")
        # Unix sockets: a kernel's TCP port could be taken by another test's clients.
        self.manager = KernelManager(
            transport="ipc", ip=str(Path(self._sockets.name, "k")), kernel_name="python3"
        )
        env = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
        env["PYTHONPATH"] = str(ROOT)
        env.pop("LAB_START_METHOD", None)
        if start_method:
            env["LAB_START_METHOD"] = start_method
        self.manager.kernel_cmd = [
            sys.executable,
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
        ]
        self.manager.start_kernel(cwd=str(folder), env=env)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=DEADLINE)
        self.pid = int(self.run("import os; print(os.getpid())").text)

    def start(self, code: str) -> str:
        return self.client.execute(code, store_history=False, stop_on_error=False)

    def read(self, message_id: str, until: str | None = None) -> Ran:
        """Collect what a cell shows until it is idle, or until its text holds `until`."""
        ran = Ran()
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != message_id:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                ran.text += content["text"]
            elif message["msg_type"] == "execute_result":
                ran.text += content["data"]["text/plain"] + "\n"
            elif message["msg_type"] == "error":
                ran.error = f"{content['ename']}: {content['evalue']}"
                ran.traceback = "\n".join(content["traceback"])
            if until is not None and until in ran.text:
                return ran
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return ran
        raise AssertionError(f"the cell did not end; it showed {ran}")

    def run(self, code: str) -> Ran:
        return self.read(self.start(code))

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self._sockets.cleanup()


@contextmanager
def kernel_in(folder: Path, start_method: str = "") -> Iterator[Kernel]:
    kernel = Kernel(folder, start_method)
    try:
        yield kernel
    finally:
        kernel.close()


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
        assert (tmp_path / "_work" / "lab_reach.py").is_file()
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
        assert len(supervisors) == 2
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
