"""A copy of the project whose environments are made by a stand-in for uv: fast, and offline."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from patience import HANG

ROOT = Path(__file__).resolve().parents[2]

# Makes environments without packages and "installs" a path file to the copy. It notes its calls,
# and fails, or kills the launcher, where a test asks for it.
STAND_IN = """#!{python}
import json, os, pathlib, signal, subprocess, sys
note = pathlib.Path(os.environ["STAND_IN_CALLS"])
if sys.argv[1] == "--version":
    sys.exit(0)
wish = os.environ.get("STAND_IN_WISH", "")
with note.open("a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] == "venv":
    base = sys.argv[sys.argv.index("--python") + 1]
    sys.exit(subprocess.call([base, "-m", "venv", "--without-pip", sys.argv[-1]]))
if wish == "kill":
    os.kill(os.getppid(), signal.SIGKILL)
elif wish == "interrupt":
    os.kill(os.getppid(), signal.SIGINT)
elif wish == "elsewhere":
    sys.exit(0)
elif wish:
    print(wish, file=sys.stderr)
    sys.exit(1)
python = pathlib.Path(sys.argv[sys.argv.index("--python") + 1])
for folder in python.parent.parent.glob("lib/python3*/site-packages"):
    (folder / "copy.pth").write_text(os.getcwd())
    about = folder / "concurrency_course-0.dist-info"
    about.mkdir(exist_ok=True)
    facts = "Metadata-Version: 2.1", "Name: concurrency-course", "Version: 0"
    (about / "METADATA").write_text("\\n".join(facts))
"""

# What stands in for a program that course.py hands over to.
PROGRAM = """import json, os, sys
print(json.dumps({"argv": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ),
                  "path": os.environ["PATH"], "python": sys.executable}))
sys.exit(7)
"""


class Copy:
    """A copy of the launcher with programs that only say how they were called."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "course"
        self.calls_file = folder / "calls"
        shutil.copytree(ROOT / "launcher", self.root / "launcher")
        for name in ("course.py", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root / name)
        for name in ("ftp_project/__main__", "pytest", "jupyterlab", "tools/machine"):
            file = self.root / f"{name}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(PROGRAM)
        self.table = self.root / "tests" / "programs.toml"
        self.table.parent.mkdir()
        self.table.write_text("")  # the tests call nothing, so nothing is installed here
        (self.root / "notebooks").mkdir()
        (self.root / "notebooks" / "00_start.ipynb").write_text("{}")
        tools = folder / "tools"
        tools.mkdir()
        (tools / "uv").write_text(STAND_IN.format(python=sys.executable))
        (tools / "uv").chmod(0o755)
        self.env = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "STAND_IN_CALLS": str(self.calls_file),
        }
        for name in ("PYTHONPATH", "CI"):
            self.env.pop(name, None)
        # Somebody listens where the packages should be; that is all that the launcher asks.
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.set_index(self.listener.getsockname()[1])

    def set_index(self, port: int) -> None:
        """Let the packages be at a port of this machine, with no proxy in between."""
        self.env.update(UV_DEFAULT_INDEX=f"http://127.0.0.1:{port}/simple", no_proxy="*")

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    def course(
        self, *arguments: str, wish: str = "", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run course.py with the interpreter behind this test's environment."""
        return subprocess.run(
            [sys._base_executable, str(self.root / "course.py"), *arguments],  # type: ignore[attr-defined]
            env={**self.env, "STAND_IN_WISH": wish},
            cwd=cwd or self.root,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=HANG,
            check=False,
        )

    def calls(self) -> list[str]:
        """Return what the stand-in was asked for since the last look: "venv" or "pip TARGET"."""
        if not self.calls_file.exists():
            return []
        calls = [json.loads(line) for line in self.calls_file.read_text().splitlines()]
        self.calls_file.unlink()
        return ["venv" if call[0] == "venv" else f"pip {call[-1]}" for call in calls]
