"""Make virtual environments and install into them: with uv where it works, else venv and pip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from launcher import apt, inherited, network
from launcher.problems import SetupError, explain

#: run in the environment after an installation: is the project there?
_IS_INSTALLED = "import importlib.metadata as m; m.distribution('concurrency-course')"
#: Debian's pip, as the wheel that ensurepip would install
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


def make_ready(spare: Path, python: Path | None = None, *, system: bool = True) -> Path | None:
    """See that an environment can be made, or filled where ``python`` is that of one.

    With ``system`` a part of the system's Python that is missing is installed, where this user may.
    Where not, Debian's pip is fetched into the empty folder ``spare``: its wheel is returned, to be
    handed on to `make_environment` and `install`. None: pip is there, or comes with Python. Nothing
    else is changed yet, so what there was before is as good as it was.

    Raises:
        NoNetworkError: the index of packages does not answer.
        SetupError: it cannot be made; the sentence says why.
    """
    uv = find_uv()
    with_pip = str(python or base_python())
    wheel = None
    if not uv and (python is None or _fails([with_pip, "-m", "pip", "--version"])):
        wheel = _need_pip(with_pip, system, spare)
    index = proxy = None
    if uv:  # does not read pip's configuration
        index = os.environ.get("UV_DEFAULT_INDEX", os.environ.get("UV_INDEX_URL"))
    if index is None:
        index, proxy = _index(with_pip, wheel)
    if index:
        network.need(index, proxy)
    return wheel


def _index(python: str, wheel: Path | None) -> tuple[str | None, str | None]:
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

    It is left without pip where ``wheel`` will bring it.

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

    Where that has no pip, the one in ``wheel`` installs itself there, or else ensurepip's.

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
        if _fails([str(python), "-m", "pip", "--version"]):
            if wheel:  # a wheel is a zip file: its pip can run as it lies there
                run([str(python), f"{wheel}/pip", "install", "--no-index", str(wheel)], root)
            else:
                run([str(python), "-m", "ensurepip"], root)
        command = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    run([*command, "-e", wanted], root, cwd=root)
    if _fails([str(python), "-c", _IS_INSTALLED]):
        raise SetupError(
            f"The packages were installed, but not into {python.parent.parent}: a setting of the "
            "installer sends them elsewhere. `python3 -m pip config list` shows pip's; remove "
            "target and prefix there and run the same command again."
        )


def _need_pip(python: str, system: bool, spare: Path) -> Path | None:
    """Bring what Debian leaves out of its Python: ensurepip, or a pip for the course alone.

    Return the wheel of the latter.
    """
    if _has_ensurepip(python):
        return None
    package = _debian_package(python)
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"{python} comes without ensurepip, so no environment can be made: install the "
            "part of your system's Python that has it (often called python3-venv), or uv.",
        )
    if not system:
        raise SetupError(
            f"This Python comes without ensurepip: run `{apt.command([package])}` and then "
            "the same command again.",
        )
    why = "This Python comes without ensurepip"
    if not apt.is_usable():
        log = apt.unpack(_PIP_PACKAGE, spare, why)
        wheel = next(iter(spare.glob("usr/share/python-wheels/pip-*.whl")), None)
        if wheel is None:
            raise explain(log, spare)
        return wheel
    log = apt.install([package], why)
    if log:
        raise explain(log, Path("/usr"))
    if not _has_ensurepip(python):
        raise SetupError(f"{package} is installed, but {python} still has no ensurepip.")
    return None


def _has_ensurepip(python: str) -> bool:
    # A folder that a removed package left behind is still found, but as a namespace of no file.
    return not _fails([python, "-c", "import ensurepip; ensurepip.version()"])


def _debian_package(python: str) -> str:
    """Return the package with ensurepip: every version but the system's own has its own name."""
    done = subprocess.run(
        [python, "-c", "import sys; print(sys._base_executable, sys.version_info.minor)"],
        env=inherited.clean(),
        capture_output=True,
        text=True,
        check=False,
    )
    base, _, minor = done.stdout.strip().rpartition(" ")
    default = Path("/usr/bin/python3")
    if default.exists() and default.resolve() == Path(base).resolve():
        return "python3-venv"
    return f"python3.{minor}-venv"


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
