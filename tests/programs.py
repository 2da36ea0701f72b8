"""A pytest plugin: the one fixture through which tests call programs from outside the project.

A test asks ``program("curl")`` for a path. ``programs.toml`` names all programs and the Debian
packages that bring them. Where one is missing, the test is skipped, and the last lines of the run
count these tests, apart from other skips, and say how to bring the programs. With ``CI=true`` such
a test fails instead: there nothing may be left out.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator

import pytest

from launcher import apt
from launcher.programs import all_must_run, find, table


class Missing(pytest.skip.Exception):
    """A test is skipped because a program is not there; ``package`` would bring it."""

    def __init__(self, name: str, package: str) -> None:
        super().__init__(f"there is no {name} (Debian: {package})")
        self.package = package


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Return the path of a program of the table: name → path; without it the test is skipped."""

    def path(name: str) -> str:
        found = find(name)
        if found is None:
            missing = Missing(name, str(table()[name]["package"]))
            if all_must_run():
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
            terminalreporter.write_line(
                f"{_count(len(self.packages), 'test')} of {_count(len(names), 'program')} left out;"
                f" to run them: {apt.command(names)}"
            )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
