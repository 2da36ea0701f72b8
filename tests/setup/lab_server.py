"""JupyterLab as ``course.py lab`` starts it, on a terminal and with settings of its own."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from .support import ROOT

DEADLINE = 60.0


class LabServer:
    """A running JupyterLab; use it as a context manager.

    ``url`` is what a learner's browser opens, ``base`` and ``token`` its parts.
    """

    def __init__(self, home: Path, *options: str) -> None:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTEST_"))}
        # A user's own settings and start-up files must not decide what the tests see.
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            (home / name.lower()).mkdir(parents=True, exist_ok=True)
            env[name] = str(home / name.lower())
        for name in ("SETTINGS", "WORKSPACES"):
            env[f"JUPYTERLAB_{name}_DIR"] = str(home / name.lower())
        self.terminal, terminal_end = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "course.py"), "lab", "--no-browser", *options],
            cwd=ROOT,
            env=env,
            stdin=terminal_end,
            stdout=terminal_end,
            stderr=terminal_end,
            start_new_session=True,
        )
        os.close(terminal_end)
        self.output = ""
        found = self.wait_for(r"(http://127\.0\.0\.1:(\d+))/lab\S*\?token=(\w+)\s")
        self.url, self.base, self.token = found[0].strip(), found[1], found[3]
        self._wait_until_it_listens(int(found[2]))

    def _wait_until_it_listens(self, port: int) -> None:
        """JupyterLab names its address a moment before it listens there."""
        end = time.monotonic() + DEADLINE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=DEADLINE).close()
                return
            except ConnectionRefusedError:
                assert time.monotonic() < end, self.output
                assert self.process.poll() is None, self.output

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Read the terminal until ``pattern`` stands there; fail after a minute."""
        end = time.monotonic() + DEADLINE
        while not (found := re.search(pattern, self.output)):
            readable, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            assert readable, f"{pattern!r} did not come in {DEADLINE} s:\n{self.output}"
            try:
                data = os.read(self.terminal, 65536)
            except OSError:  # Linux reports the other end's close this way
                data = b""
            assert data, f"JupyterLab ended before {pattern!r}:\n{self.output}"
            self.output += data.decode(errors="replace")
        return found

    def press(self, keys: bytes) -> None:
        """Type ``keys`` on the terminal."""
        os.write(self.terminal, keys)

    def interrupt(self) -> None:
        """Send what Ctrl-C sends."""
        os.killpg(self.process.pid, signal.SIGINT)

    def __enter__(self) -> LabServer:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        os.close(self.terminal)
