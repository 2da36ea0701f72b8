"""Make virtual environments and install into them: with uv where it works, else venv and pip."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.problems import SetupError, explain


def say(text: str) -> None:
    """Tell the user what happens now, apart from what programs print."""
    print(text, file=sys.stderr, flush=True)


def base_python() -> str:
    """Return the interpreter that stands behind a virtual environment, if this is one."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def find_uv() -> str | None:
    """Return uv's path, or None where it is missing or is a shim that does not run."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    try:
        works = subprocess.run([uv, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return uv if works.returncode == 0 else None


def make_environment(folder: Path) -> None:
    """Create a virtual environment of this Python in ``folder``, which must not exist.

    Raises:
        SetupError: it cannot be made; the sentence says why.
    """
    uv = find_uv()
    if uv:
        run([uv, "venv", "--quiet", "--python", base_python(), str(folder)], folder)
        return
    _need_ensurepip()
    run([base_python(), "-m", "venv", str(folder)], folder)


def install(python: Path, root: Path, extras: frozenset[str]) -> None:
    """Install the project in ``root`` and its packages, editable, for the interpreter ``python``.

    Raises:
        SetupError: something cannot be installed; the sentence says why.
    """
    wanted = ".[" + ",".join(sorted(extras)) + "]" if extras else "."
    uv = find_uv()
    if uv:
        # Compiled once, as pip does it; else each start of a program compiles what it imports.
        command = [
            uv,
            "pip",
            "install",
            "--compile-bytecode",
            "--python",
            str(python),
            "-e",
            wanted,
        ]
    else:
        if _fails([str(python), "-m", "pip", "--version"]):
            run([str(python), "-m", "ensurepip"], root)
        command = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["-e", wanted]
    run(command, root, cwd=root)


def _need_ensurepip() -> None:
    """Install what Debian leaves out of its Python, where this user may; else say the command."""
    if _has_ensurepip():
        return
    package = _debian_package()
    apt_get = shutil.which("apt-get")
    if apt_get is None:
        raise SetupError(
            f"{base_python()} comes without ensurepip, so no environment can be made: install the "
            "part of your system's Python that has it (often called python3-venv), or uv.",
        )
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise SetupError(
            f"This Python comes without ensurepip: run `sudo apt-get install {package}` and then "
            "the same command again.",
        )
    say(f"This Python comes without ensurepip: installing {package} with apt-get.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [apt_get, "install", "--yes", "--no-install-recommends", package]
    if _fails(command, environment):  # a fresh machine has no lists yet
        run([apt_get, "update"], Path("/var/lib/apt"), env=environment)
        run(command, Path("/usr"), env=environment)
    if not _has_ensurepip():
        raise SetupError(f"{package} is installed, but {base_python()} still has no ensurepip.")


def _has_ensurepip() -> bool:
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("ensurepip")
    # A folder that a removed package left behind is still found, but as a namespace of no file.
    return spec is not None and spec.origin is not None


def _debian_package() -> str:
    """Return the package with ensurepip: every version but the system's own has its own name."""
    default = Path("/usr/bin/python3")
    if default.exists() and default.resolve() == Path(base_python()).resolve():
        return "python3-venv"
    return f"python3.{sys.version_info.minor}-venv"


def _fails(command: list[str], env: dict[str, str] | None = None) -> bool:
    done = subprocess.run(
        command, env=env, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode != 0


def run(
    command: list[str], folder: Path, cwd: Path | None = None, env: dict[str, str] | None = None
) -> None:
    """Run ``command``; on a terminal its last line of output shows that something moves.

    Raises:
        SetupError: it failed. ``folder`` is the one that it writes to.
    """
    lines: list[str] = []
    shown = sys.stderr.isatty()
    try:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be started ({error.strerror}).") from None
    with child:
        assert child.stdout is not None
        for line in child.stdout:
            lines.append(line)
            if shown:
                print(f"\r\x1b[K  {line.strip()[:70]}", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    if child.returncode:
        raise explain("".join(lines), folder)
