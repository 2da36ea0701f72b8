"""The client's commands, run inside the tests' process, with a home without a ``.netrc``."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import pytest
from certificates import Certificates

from ftp_project.cli import main


class Done(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    place = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(place))
    return place


@pytest.fixture
def ftp(capsys, monkeypatch, tmp_path):
    """Run a command in ``here``, an empty directory; a failure that was not expected fails."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def run(*words: object, status: int = 0) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        done = Done(stop.value.code, out, err)
        assert done.status == status, done
        assert "Traceback" not in done.err
        return done

    return run


@pytest.fixture
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


def make_tree(root: Path, *more: str) -> dict[str, str]:
    """Write files of awkward sizes and names, and some ``more``; return the hash of each."""
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "empty").mkdir()
    names = [
        "plain", "with space", " leading", "-dash", "grüße", "a;b=c", "100%41", "[x]*?", 'quo"te',
        os.fsdecode(b"latin-\xe9"), "sub/inner", "sub/deep/innermost", ".hidden", *more,
    ]  # fmt: skip
    for number, name in enumerate(names):
        (root / name).write_bytes(os.urandom(number * 5000))
        os.utime(root / name, (1_600_000_000 + number, 1_600_000_000 + number))
    return hashes_of(root)


def hashes_of(root: Path) -> dict[str, str]:
    """Return what is below ``root``: the hash and time of each file, "/" for a directory."""
    return {
        str(path.relative_to(root)): (
            f"{hashlib.sha256(path.read_bytes()).hexdigest()} {int(path.stat().st_mtime)}"
            if path.is_file()
            else "/"
        )
        for path in root.rglob("*")
    }
