"""A pytest plugin: the one fixture through which tests call programs from outside the project.

A test asks ``program("curl")`` for a path. ``programs.toml`` names all programs and the Debian
packages that bring them. Where one is missing, the test is skipped, and the last lines of the run
count these tests, apart from other skips, and say how to bring the programs. With ``CI=true`` such
a test fails instead: there nothing may be left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TABLE = Path(__file__).with_name("programs.toml")
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


class Missing(pytest.skip.Exception):
    """A test is skipped because a program is not there; ``package`` would bring it."""

    def __init__(self, name: str, package: str) -> None:
        super().__init__(f"there is no {name} (Debian: {package})")
        self.package = package


@cache
def table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def find(name: str) -> str | None:
    """Return the path of a program of the table, None where it is missing.

    Raises:
        KeyError: the table has no such program.
    """
    entry = table()[name]
    if "run" in entry:
        path = shutil.which(entry["run"][0], path=PATH)
        words = [path, *entry["run"][1:]]
        if path and subprocess.run(words, capture_output=True, check=False).returncode:
            return None
        return path
    names = [entry["command"], *entry.get("also", [])]
    return next(filter(None, (shutil.which(name, path=PATH) for name in names)), None)


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Return the path of a program of the table: name → path; without it the test is skipped."""

    def path(name: str) -> str:
        found = find(name)
        if found is None:
            missing = Missing(name, str(table()[name]["package"]))
            if os.environ.get("CI", "").lower() in ("1", "true"):
                pytest.fail(f"{missing.msg}; with CI=true no test may be left out", pytrace=False)
            raise missing
        return found

    return path


@pytest.fixture(scope="session")
def optional_program() -> Callable[[str], str | None]:
    """Return the path of a program with which a test does more, None without it: name → path."""
    return shutil.which


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # with xdist only the controller sees every report
        config.pluginmanager.register(Watch())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, Missing):
        report.missing_package = call.excinfo.value.package  # goes to xdist's controller, too
    return report


class Watch:
    """Counts the tests that were left out, in the process that sees all reports."""

    def __init__(self) -> None:
        self.packages: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if package := getattr(report, "missing_package", None):
            self.packages[report.nodeid] = package

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.packages:
            names = sorted(set(self.packages.values()))
            sudo = "" if os.geteuid() == 0 else "sudo "
            terminalreporter.write_line(
                f"{_count(len(self.packages), 'test')} of {_count(len(names), 'program')} left out;"
                f" to run them: {sudo}apt-get install {' '.join(names)}"
            )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
