"""The check of the machine: every failure in words with its remedy, and a stable short form."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
from typing import NoReturn

import pytest
from patience import HANG

from tools.machine import checks, examination
from tools.machine.checks import Finding

STABLE = """\
Python 3.11 or newer: yes
packages: yes
sockets on 127.0.0.1: yes
processes start: yes
locks between processes: yes
selectors: yes
free descriptors: yes
gevent, unpatched: yes
temporary files: yes"""


def good() -> Finding:
    return Finding("something", "good", "version 1")


def bad() -> Finding:
    return Finding("another", "bad", "is missing", "Install it.")


def test_this_machine_is_in_order() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.machine"],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith("This machine can run the course.\n")


def test_the_report_for_notebooks_is_the_same_on_every_good_machine() -> None:
    assert examination.report() == STABLE
    assert examination.report([good, bad]) == "something: yes\nanother: NO, is missing. Install it."


def test_a_failure_is_told_with_its_remedy_and_counted() -> None:
    text = examination.full_report(examination.examine([good, bad]))
    assert "FAIL  another" in text
    assert "→ Install it." in text
    assert text.endswith("one thing fails.")


def test_a_check_that_breaks_is_a_finding() -> None:
    def check_things() -> NoReturn:
        raise ValueError("unexpected")

    [finding] = examination.examine([check_things])
    assert (finding.check, finding.state) == ("things", "bad")
    assert finding.detail == "ValueError: unexpected"


def test_the_exit_status_tells_failure_from_a_wrong_call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(examination, "examine", lambda: [bad()])
    assert examination.main([]) == 1
    assert examination.main(["--verbose"]) == 2
    assert "'--verbose'" in capsys.readouterr().err


def _refuse(*_: object, **__: object) -> NoReturn:
    raise OSError(101, "Network is unreachable")


def test_no_loopback_is_a_failure_but_no_ipv6_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_server", _refuse)
    assert checks.check_loopback().state == "bad"
    assert checks.check_loopback6().state == "note"


@pytest.mark.parametrize(
    ("check", "damage"),
    [
        ("check_python", lambda m: m.setattr(checks, "MINIMUM", (9, 0))),
        ("check_packages", lambda m: m.setattr(checks, "DISTRIBUTION", "no-such-package")),
        ("check_descriptors", lambda m: m.setattr(resource, "getrlimit", lambda _: (64, 64))),
        ("check_start_methods", lambda m: m.setattr(sys, "executable", "/bin/false")),
        ("check_selectors", lambda m: m.setattr(socket, "socketpair", _refuse)),
        ("check_locks", lambda m: m.setattr("multiprocessing.get_context", _refuse)),
        ("check_gevent", lambda m: m.setattr("gevent.monkey.is_module_patched", lambda _: True)),
        ("check_temporary_files", lambda m: m.setattr("tempfile.TemporaryFile", _refuse)),
    ],
)
def test_each_failure_has_a_remedy(
    monkeypatch: pytest.MonkeyPatch, check: str, damage: object
) -> None:
    damage(monkeypatch)  # type: ignore[operator]
    [finding] = examination.examine([getattr(checks, check)])
    monkeypatch.undo()
    assert finding.state == "bad", finding
    assert "Report this" not in finding.remedy, "the check broke, it did not find"
    assert finding.remedy.endswith(".")


def test_a_package_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["gevent>=9999", "nothing-here"])
    finding = checks.check_packages()
    assert finding.state == "bad"
    assert "gevent>=9999 is needed" in finding.detail
    assert "nothing-here is missing" in finding.detail
