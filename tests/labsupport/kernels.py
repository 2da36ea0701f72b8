"""A real kernel for tests, in a folder of its own."""

from __future__ import annotations

import os
import queue
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

DEADLINE = 60.0  # seconds; only ever used up on failure
ROOT = Path(__file__).resolve().parents[2]


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

    def __init__(self, folder: Path, start_method: str = "", **variables: str) -> None:
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
        env |= variables
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
def kernel_in(folder: Path, start_method: str = "", **variables: str) -> Iterator[Kernel]:
    """Run a kernel while the block lasts; then it is killed, as nbval does it."""
    kernel = Kernel(folder, start_method, **variables)
    try:
        yield kernel
    finally:
        kernel.close()
