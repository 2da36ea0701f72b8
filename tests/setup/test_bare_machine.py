"""The script that makes bare machines: what it asks for, and what it prints. Machines: .ci/run."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import subprocess
import sys
from types import ModuleType

import pytest
from patience import HANG

from .support import ROOT

SCRIPT = ROOT / "tests" / "setup" / "bare_machine"


@pytest.fixture
def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("bare_machine", str(SCRIPT))
    spec = importlib.util.spec_from_loader("bare_machine", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_its_help_and_a_wrong_option() -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, SCRIPT, *words], capture_output=True, text=True, timeout=HANG
        )

    assert "--suite" in run("--help").stdout
    wrong = run("--user", "nobody")
    assert wrong.returncode == 2
    assert "nobody" in wrong.stderr


def test_what_is_missing_is_one_sentence(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: None if name == "debootstrap" else name)
    assert script._problem() == "Install debootstrap first, then run this again."
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "Only root" in script._problem()


def test_the_table_has_straight_columns(script: ModuleType) -> None:
    table = script._table([["suite", "status"], ["bookworm", "0"]])
    assert table.splitlines() == ["suite     status", "bookworm  0"]


def test_the_ways_to_the_network_are_handed_on_and_nothing_else(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "https_proxy": "http://door:1",
        "NO_PROXY": "*",
        "PIP_CERT": "/c",
        "SSL_CERT_FILE": "/c",
    }
    for name, value in {**given, "PYTHONPATH": "/mine", "CI": "true"}.items():
        monkeypatch.setenv(name, value)
    told = script._network()
    assert given.items() <= told.items()
    assert not {"PYTHONPATH", "CI", "HOME"} & set(told)
