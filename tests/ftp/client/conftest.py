"""The client's commands, run inside the tests' process, with a home without a ``.netrc``."""

from __future__ import annotations

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
