"""Install Debian packages where this user may; unpack one into a folder, which anybody may."""

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


def is_there() -> bool:
    """Tell whether this machine has Debian's packages."""
    return all(map(shutil.which, ("apt-get", "dpkg-deb")))


def is_usable() -> bool:
    """Tell whether this user can install packages here."""
    return is_there() and is_root()


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
    _need_network()
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


def unpack(package: str, folder: Path) -> str:
    """Unpack one package in ``folder``; return what apt-get printed if that failed, else "".

    This changes nothing of the system and needs no rights: where the lists of packages are missing
    or old, new ones are fetched into ``folder``, too.

    Raises:
        NoNetworkError: nobody answers where the packages are.
    """
    _need_network()
    log = _apt_get("download", package, cwd=folder)
    if log:
        for part in ("lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True)
        own = ("-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache")
        log = _apt_get(*own, "update") or _apt_get(*own, "download", package, cwd=folder)
    for file in folder.glob(f"{package}_*.deb"):
        log = _run("dpkg-deb", "--extract", str(file), str(folder))
    return log


def disable(services: Sequence[str]) -> None:
    """Stop ``services`` and let none of them start with the machine.

    Debian starts a server as soon as it is installed; a server that only tests call, on a port of
    their own, must not answer to the world. invoke-rc.d(8) and update-rc.d(8) know every init.
    """
    for service in services:
        _run("invoke-rc.d", service, "stop")
        _run("update-rc.d", service, "disable")


def _need_network() -> None:
    site = _first_line("apt-get", "indextargets", "--format", "$(SITE)")
    if site:
        network.need(site, _proxy(site))


def _apt_get(*words: str, cwd: Path | None = None) -> str:
    return _run("apt-get", *_OPTIONS, *words, cwd=cwd)


def _run(*command: str, cwd: Path | None = None) -> str:
    """Return what a command printed if it failed, else ""."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
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
