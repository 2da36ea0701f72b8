"""The single checks of a machine: each looks at one thing and returns a finding.

None of them changes this process: children are started from a fresh interpreter, sockets and files
are closed again, and nothing is printed.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import selectors
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DISTRIBUTION = "concurrency-course"
MINIMUM = (3, 11)
DEADLINE = 30.0  # seconds for a child process to start and end
FEW_DESCRIPTORS = 512  # a hundred clients and their server in one process, and room

State = Literal["good", "note", "bad"]


@dataclass(frozen=True)
class Finding:
    """What one check found.

    A note is worth knowing, but every lesson works all the same.
    """

    check: str
    state: State
    detail: str
    remedy: str = ""


def check_python() -> Finding:
    """Check the interpreter's version."""
    detail = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.version_info >= MINIMUM:
        return Finding("Python 3.11 or newer", "good", detail)
    return Finding("Python 3.11 or newer", "bad", detail, "Start with a newer Python.")


def check_environment() -> Finding:
    """Check that the packages live in an environment of their own."""
    name = "environment of its own"
    conda = os.environ.get("CONDA_PREFIX")
    if sys.prefix != sys.base_prefix or (conda and sys.prefix.startswith(conda)):
        return Finding(name, "good", sys.prefix)
    return Finding(
        name, "note", f"{sys.prefix}, the system's Python", "`python3 course.py lab` makes one."
    )


def check_packages() -> Finding:
    """Check that every package the project requires is installed in a version that fits."""
    name = "packages"
    remedy = "Run `python3 course.py lab`, or `pip install -e .` in this environment."
    try:
        from packaging.requirements import InvalidRequirement, Requirement

        lines = importlib.metadata.requires(DISTRIBUTION) or []
        wanted = [Requirement(line) for line in lines if not re.search(r"\bextra\b", line)]
    except ImportError:
        return Finding(name, "bad", f"{DISTRIBUTION} is not installed here", remedy)
    except InvalidRequirement as error:
        return Finding(name, "bad", f"unreadable requirement: {error}", remedy)
    wrong = []
    for requirement in wanted:
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement} is needed, {version} is installed")
    if wrong:
        return Finding(name, "bad", "; ".join(wrong), remedy)
    shown = [
        f"{name} {importlib.metadata.version(name)}"
        for name in ("jupyterlab", "ipykernel", "gevent")
    ]
    return Finding(name, "good", ", ".join(shown))


def _loopback(family: socket.AddressFamily, address: str) -> str | None:
    """Return what prevents a client from reaching a server on ``address``, None if nothing."""
    try:
        with socket.create_server((address, 0), family=family) as server:
            server.settimeout(5)
            with socket.create_connection(server.getsockname()[:2], timeout=5) as client:
                connection, _ = server.accept()
                with connection:
                    client.sendall(b"?")
                    return None if connection.recv(1) == b"?" else "a byte went astray"
    except OSError as error:
        return error.strerror or str(error)


def check_loopback() -> Finding:
    """Check that programs on this machine reach each other over IPv4."""
    trouble = _loopback(socket.AF_INET, "127.0.0.1")
    if trouble is None:
        return Finding("sockets on 127.0.0.1", "good", "a client reached a server")
    remedy = "Bring the loopback interface up (`ip link set lo up`) or allow it in the firewall."
    return Finding("sockets on 127.0.0.1", "bad", trouble, remedy)


def check_loopback6() -> Finding:
    """Check IPv6, whose absence is a note: many containers lack it and no lesson needs it."""
    trouble = _loopback(socket.AF_INET6, "::1") if socket.has_ipv6 else "not in this Python"
    if trouble is None:
        return Finding("sockets on ::1 (IPv6)", "good", "a client reached a server")
    return Finding(
        "sockets on ::1 (IPv6)", "note", trouble, "Only the server lacks its IPv6 addresses."
    )


def check_start_methods() -> Finding:
    """Check that multiprocessing starts a child by each method that this platform has."""
    # Each in a fresh interpreter: a kernel has threads, and its start method stays as it is.
    program = (
        "import multiprocessing as m, os, sys\n"
        "p = m.get_context(sys.argv[1]).Process(target=os._exit, args=(7,))\n"
        f"p.start(); p.join({DEADLINE}); sys.exit(p.exitcode != 7)"
    )
    import multiprocessing

    methods = sorted(multiprocessing.get_all_start_methods())
    children = {
        method: subprocess.Popen(
            [sys.executable, "-c", program, method],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for method in methods
    }
    failed = [method for method, child in children.items() if not _ends_well(child)]
    if not failed:
        return Finding("processes start", "good", ", ".join(methods))
    return Finding(
        "processes start",
        "bad",
        f"not by {', '.join(failed)}",
        "Close programs, raise the limit of processes (`ulimit -u`), see that /tmp can be written.",
    )


def _ends_well(child: subprocess.Popen[bytes]) -> bool:
    with child:
        try:
            return child.wait(DEADLINE + 5) == 0
        except subprocess.TimeoutExpired:
            child.kill()
            return False


def check_locks() -> Finding:
    """Check that processes can share a lock, which needs named semaphores."""
    import multiprocessing

    try:
        with multiprocessing.get_context("spawn").Lock():
            return Finding("locks between processes", "good", "a lock was taken")
    except (ImportError, OSError) as error:
        remedy = "Mount a writable /dev/shm (a container may need more rights)."
        return Finding("locks between processes", "bad", str(error), remedy)


def check_gil() -> Finding:
    """Tell whether this Python has a global interpreter lock."""
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        return Finding("global interpreter lock", "good", "on")
    enabled = getattr(sys, "_is_gil_enabled", lambda: True)()
    detail = f"free-threaded build, lock {'on' if enabled else 'off'}"
    return Finding("global interpreter lock", "note", detail, "Lesson 01 behaves differently here.")


def check_cores() -> Finding:
    """Count the processor cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    if cores > 1:
        return Finding("processor cores", "good", str(cores))
    return Finding("processor cores", "note", "1", "Nothing gets faster by more processes here.")


def check_selectors() -> Finding:
    """Check that the platform's best selector sees a socket become readable."""
    names = [n for n in ("select", "poll", "devpoll", "epoll", "kqueue") if _has_selector(n)]
    try:
        left, right = socket.socketpair()
        with left, right, selectors.DefaultSelector() as selector:
            selector.register(left, selectors.EVENT_READ)
            right.sendall(b"?")
            if selector.select(5):
                kind = type(selector).__name__
                return Finding("selectors", "good", f"{', '.join(names)}; the default is {kind}")
            trouble = "a readable socket was not reported"
    except OSError as error:
        trouble = error.strerror or str(error)
    return Finding("selectors", "bad", trouble, "A sandbox may forbid it: run outside of it.")


def _has_selector(name: str) -> bool:
    return hasattr(selectors, f"{name.capitalize()}Selector")


def check_descriptors() -> Finding:
    """Count how many files and sockets this process may still open."""
    name = "free descriptors"
    try:
        import resource
    except ImportError:
        return Finding(name, "good", "this platform sets no limit")
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return Finding(name, "good", "no limit")
    try:
        used = len(list(Path("/dev/fd").iterdir()))
    except OSError:
        used = 0
    free = max(0, limit - used)
    if free >= FEW_DESCRIPTORS:
        return Finding(name, "good", f"{free} of {limit}")
    remedy = f"Run `ulimit -n 4096` before you start; at least {FEW_DESCRIPTORS} are needed."
    return Finding(name, "bad", f"{free} of {limit}", remedy)


def check_gevent() -> Finding:
    """Check that gevent can be imported and has not patched this process."""
    name = "gevent, unpatched"
    try:
        import gevent
        import gevent.monkey
    except Exception as error:  # a compiled package can fail in many ways
        remedy = "Run `python3 course.py lab`, which installs it."
        return Finding(name, "bad", f"{type(error).__name__}: {error}", remedy)
    patched = [m for m in ("socket", "threading", "time") if gevent.monkey.is_module_patched(m)]
    if patched:
        remedy = "Restart the kernel, and do not call monkey.patch_all() in a cell."
        return Finding(name, "bad", f"patched: {', '.join(patched)}", remedy)
    return Finding(name, "good", gevent.__version__)


def check_temporary_files() -> Finding:
    """Check that temporary files can be written."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"?" * 65536)
            file.flush()
        return Finding("temporary files", "good", tempfile.gettempdir())
    except OSError as error:
        remedy = "Free some space, or set TMPDIR to a folder that you can write."
        return Finding("temporary files", "bad", error.strerror or str(error), remedy)


def check_jupyter_folders() -> Finding:
    """Check that Jupyter can write its own files, which it keeps in the user's home."""
    name = "Jupyter's own files"
    try:
        from jupyter_core.paths import jupyter_runtime_dir

        folder = Path(jupyter_runtime_dir())
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(name, "good", str(folder))
    except ImportError:
        remedy = "Run `python3 course.py lab`, which installs it."
        return Finding(name, "bad", "Jupyter is not installed here", remedy)
    except OSError as error:
        remedy = "Set HOME to a folder of your own; `python3 course.py lab` does without."
        detail = f"{error.filename or folder}: {error.strerror or error}"
        return Finding(name, "bad", detail, remedy)


Check = Callable[[], Finding]

# What the lessons need: the same answer on every machine that is in order.
NEEDED: tuple[Check, ...] = (
    check_python,
    check_packages,
    check_loopback,
    check_start_methods,
    check_locks,
    check_selectors,
    check_descriptors,
    check_gevent,
    check_temporary_files,
)
# What is merely worth knowing, as good machines differ in it; or what a running kernel has already.
WORTH_KNOWING: tuple[Check, ...] = (
    check_jupyter_folders,
    check_environment,
    check_loopback6,
    check_gil,
    check_cores,
)
