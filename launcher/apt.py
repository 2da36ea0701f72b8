"""Install Debian's packages, where this user may; unpack one for the course alone elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from launcher import inherited, network
from launcher.messages import say

#: seconds after which a server that says nothing is given up (apt.conf(5))
_PATIENCE = 8
_OPTIONS = (
    "-o", f"Acquire::http::Timeout={_PATIENCE}",
    "-o", f"Acquire::https::Timeout={_PATIENCE}",
    "-o", "Acquire::Retries=1",
    "-o", "DPkg::Lock::Timeout=60",
)  # fmt: skip


def is_usable() -> bool:
    """Tell whether this user can install packages here: apt-get is there, and this is root."""
    return shutil.which("apt-get") is not None and is_root()


def is_root() -> bool:
    """Tell whether this user may do everything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def command(packages: Sequence[str]) -> str:
    """Return what somebody types to install ``packages``."""
    sudo = "" if is_root() else "sudo "
    return f"{sudo}apt-get install {' '.join(packages)}"


def install(packages: Sequence[str], why: str) -> str:
    """Install ``packages``, say so first; return what apt-get printed if it failed, else "".

    ``why`` is the first half of the sentence: what needs them. Where not all can be had, those are
    installed that can.

    Raises:
        NoNetworkError: nobody answers where the packages are.
    """
    say(f"{why}: installing {', '.join(packages)} with apt-get.")
    site = _site()
    if site:
        network.need(site, _proxy(site))
    if not _install(packages):
        return ""
    # A fresh machine has no lists yet, and an old list names packages that are gone.
    _apt_get("update")
    log = _install(packages)
    if log and len(packages) > 1:  # one name that apt-get does not know stops all others
        log = "".join([_install([package]) for package in packages])
    return log


def _install(packages: Sequence[str]) -> str:
    return _apt_get("install", "--yes", "--no-install-recommends", *packages)


def unpack(package: str, folder: Path, why: str) -> str:
    """Fetch ``package`` and unpack it into ``folder``, say so first; needs no rights.

    Return what failed, else "". Nothing is installed: apt-get(8) keeps its lists in ``folder``,
    too, and dpkg-deb(1) only copies files.

    Raises:
        NoNetworkError: nobody answers where the packages are.
    """
    say(f"{why}: fetching Debian's {package}, for the course alone.")
    site = _site()
    if site:
        network.need(site, _proxy(site))
    state, cache = folder / "state", folder / "cache"
    (state / "lists" / "partial").mkdir(parents=True)
    (cache / "archives" / "partial").mkdir(parents=True)
    places = [
        "-o", f"Dir::State={state}",
        "-o", f"Dir::Cache={cache}",
        # What is installed stands where it always does: else apt-get finds its state broken.
        "-o", "Dir::State::status=/var/lib/dpkg/status",
    ]  # fmt: skip
    log = _apt_get(*places, "update") or _apt_get(*places, "download", package, folder=folder)
    for file in folder.glob("*.deb"):
        log += _run("dpkg-deb", "--extract", str(file), str(folder))
    return log


def disable(services: Sequence[str]) -> None:
    """Stop ``services`` and let none of them start with the machine.

    Debian starts a server as soon as it is installed; a server that only tests call, on a port of
    their own, must not answer to the world. invoke-rc.d(8) and update-rc.d(8) know every init.
    """
    for service in services:
        _run("invoke-rc.d", service, "stop")
        _run("update-rc.d", service, "disable")


def _apt_get(*words: str, folder: Path | None = None) -> str:
    return _run("apt-get", *_OPTIONS, *words, folder=folder)


def _run(*command: str, folder: Path | None = None) -> str:
    """Return what a command printed if it failed, else ""."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**inherited.clean(), "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        return f"{command[0]} cannot be started ({error.strerror})"
    return (done.stdout or f"{command[0]} failed") if done.returncode else ""


def _site() -> str | None:
    """Return the address of the first of apt's sources, None if it cannot be told."""
    return _first_line("apt-get", "indextargets", "--format", "$(SITE)")


def _proxy(site: str) -> str | None:
    """Return apt's own proxy for ``site`` (apt-transport-http(1)): "" is none, None not set."""
    scheme = site.partition(":")[0]
    line = _first_line("apt-config", "dump", f"Acquire::{scheme}::Proxy") or ""
    found = re.search(r'::Proxy "(.+)";', line)
    if found is None:
        return None
    return "" if found[1] == "DIRECT" else found[1]


def _first_line(*command: str) -> str | None:
    try:
        done = subprocess.run(
            command, env=inherited.clean(), capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return next(iter(done.stdout.splitlines()), None)
