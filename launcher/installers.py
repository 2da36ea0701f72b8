"""Make virtual environments and install into them: with uv where it works, else venv and pip."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from launcher import apt, inherited, network
from launcher.messages import say
from launcher.problems import SetupError, explain

#: run in the environment after an installation: is the project there?
_IS_INSTALLED = "import importlib.metadata as m; m.distribution('concurrency-course')"
#: the Debian package that holds the wheel of pip
_PIP_PACKAGE = "python3-pip-whl"
_ASK_PIP = Path(__file__).with_name("ask_pip.py")


def base_python() -> str:
    """Return the interpreter that stands behind a virtual environment, if this is one."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def find_uv() -> str | None:
    """Return uv's path, or None where it is missing or is a shim that does not run."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    try:
        works = subprocess.run(
            [uv, "--version"],
            env=inherited.clean(),
            capture_output=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return uv if works.returncode == 0 else None


@contextlib.contextmanager
def pip_wheel(python: Path | None = None) -> Iterator[Path | None]:
    """Find what brings pip into an environment; yield its wheel, or None where Python has its own.

    Debian leaves pip and ensurepip out of its Python. The package that holds pip is then unpacked
    into a temporary folder, which needs no rights and changes nothing of the system. ``python`` is
    the interpreter of an environment that is there already.

    Raises:
        NoNetworkError: nobody answers where the packages are.
        SetupError: it cannot be had; the sentence says what to install.
    """
    if find_uv() or (python and _has_pip(python)) or _has_ensurepip(python or base_python()):
        yield None
        return
    if not apt.is_there():
        raise SetupError(
            f"{python or base_python()} comes without ensurepip, so no environment can be made: "
            "install the part of your system's Python that has it (often called python3-venv), "
            "or uv.",
        )
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        say("This Python comes without pip: getting it from Debian's package, for .venv alone.")
        log = apt.unpack(_PIP_PACKAGE, Path(folder))
        wheel = next(Path(folder).rglob("pip-*.whl"), None)
        if wheel is None:
            raise explain(log, Path(folder))
        yield wheel


def need_index(python: str, wheel: Path | None) -> None:
    """Return when the index of packages answers that the installer is configured with.

    ``python`` or ``wheel`` has the pip that is asked.

    Raises:
        NoNetworkError: it does not; the sentence says what was tried.
    """
    index = proxy = None
    if find_uv():  # does not read pip's configuration
        index = os.environ.get("UV_DEFAULT_INDEX", os.environ.get("UV_INDEX_URL"))
    if index is None:
        index, proxy = _index(python, wheel)
    if index:
        network.need(index, proxy)


def _index(python: str, wheel: Path | None = None) -> tuple[str | None, str | None]:
    """Return the address of the index that pip uses, and pip's own proxy; None: not to be told."""
    done = subprocess.run(
        [python, "-P", str(_ASK_PIP), *([str(wheel)] if wheel else [])],
        env={**inherited.clean(), "COLUMNS": "1000"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if re.search(r"\bno-index='(?!0|false|no|off)", done.stdout, re.IGNORECASE):
        return None, None
    index = re.search(r"--index-url <url>.*?\(default:?\s+(\S+?)\)", done.stdout, re.DOTALL)
    proxy = re.search(r"^\S*\.proxy='(.+)'$", done.stdout, re.MULTILINE)
    return index and index[1], proxy and proxy[1]


def make_environment(folder: Path, wheel: Path | None = None) -> None:
    """Create a virtual environment of this Python in ``folder``, which must not exist.

    With a ``wheel`` of pip it is made without: `install` then takes pip from there.

    Raises:
        SetupError: it cannot be made; the sentence says why.
    """
    uv = find_uv()
    if uv:
        run([uv, "venv", "--quiet", "--python", base_python(), str(folder)], folder)
    else:
        without = ["--without-pip"] if wheel else []
        run([base_python(), "-m", "venv", *without, str(folder)], folder)


def install(python: Path, root: Path, extras: frozenset[str], wheel: Path | None = None) -> None:
    """Install the project in ``root`` and its packages, editable, for the interpreter ``python``.

    Where its environment has no pip, this comes from ``wheel``, else from ensurepip.

    Raises:
        NoNetworkError: the index of packages does not answer.
        SetupError: something cannot be installed; the sentence says why.
    """
    wanted = ".[" + ",".join(sorted(extras)) + "]" if extras else "."
    uv = find_uv()
    if uv:
        # Compiled once, as pip does it; else each start of a program compiles what it imports.
        command = [uv, "pip", "install", "--compile-bytecode", "--python", str(python)]
    else:
        if not _has_pip(python):
            by_itself = [f"{wheel}/pip", "install", "--no-index", "--no-deps", str(wheel)]
            run([str(python), *(by_itself if wheel else ["-m", "ensurepip"])], root)
        command = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    run([*command, "-e", wanted], root, cwd=root)
    if _fails([str(python), "-c", _IS_INSTALLED]):
        raise SetupError(
            f"The packages were installed, but not into {python.parent.parent}: a setting of the "
            "installer sends them elsewhere. `python3 -m pip config list` shows pip's; remove "
            "target and prefix there and run the same command again."
        )


def _has_pip(python: Path) -> bool:
    return not _fails([str(python), "-m", "pip", "--version"])


def _has_ensurepip(python: Path | str) -> bool:
    # A folder that a removed package left behind is still found, but as a namespace of no file.
    return not _fails([str(python), "-c", "import ensurepip; ensurepip.version()"])


def _fails(command: list[str]) -> bool:
    done = subprocess.run(
        command,
        env=inherited.clean(),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode != 0


def run(command: list[str], folder: Path, cwd: Path | None = None) -> None:
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
            env=inherited.clean(),
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
