"""The site that every client of the matrix meets: a server in plain text, and one under TLS."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import Certificates
from live_server import PASSWORD, USER, FtpServer


class Site:
    """A running server for clients. ``host`` is an address: the name may have two of them."""

    def __init__(self, folder: Path, *, tls: bool) -> None:
        root = folder / "root"
        root.mkdir()
        self.tls = tls
        certificates = Certificates(folder)
        self.ca = str(certificates.ca)
        options = []
        if tls:
            options = ["--tls-cert", str(certificates.server), "--tls-required", "data"]
        self.server = FtpServer(root, *options)
        self.root = root
        self.user, self.password = USER, PASSWORD
        self.host = "127.0.0.1"
        self.port = self.server.port
        self.place = f"{self.host}:{self.port}"
        self.url = f"ftp://{self.place}/"
        self.login_url = f"ftp://{USER}:{PASSWORD}@{self.place}/"

    def clean(self) -> None:
        """Wait until nobody is left, and empty the directory."""
        self.server.wait_idle()
        self.server.check_reports()
        for path in self.root.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Site]]:
    started: dict[str, Site] = {}
    for name in ("plain", "tls"):
        started[name] = Site(tmp_path_factory.mktemp(name), tls=name == "tls")
    try:
        yield started
        for site in started.values():
            site.server.stop()
    finally:
        for site in started.values():
            site.server.kill()


@pytest.fixture(params=["plain", "tls"])
def site(sites: dict[str, Site], request: pytest.FixtureRequest) -> Iterator[Site]:
    """One of the two sites, empty; the client must leave no session and no half upload."""
    chosen = sites[request.param]
    yield chosen
    chosen.clean()


@pytest.fixture
def plain(sites: dict[str, Site]) -> Iterator[Site]:
    """The site for clients that know no TLS."""
    yield sites["plain"]
    sites["plain"].clean()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and a home without any settings of the user."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("NETRC", "FTP_PROXY", "ftp_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


class Run:
    """Runs a program to its end; a status other than the wanted one is a failure with its words."""

    def __init__(self, tool: object) -> None:
        self.tool = tool

    def __call__(self, *words: object, status: int | None = 0, **options: object) -> str:
        done: subprocess.CompletedProcess[bytes] = self.tool(  # type: ignore[operator]
            *(os.fspath(word) if isinstance(word, Path) else str(word) for word in words),
            **options,
        )
        said = done.stdout.decode(errors="replace")
        assert status in (None, done.returncode), said + done.stderr.decode(errors="replace")
        return said if status == 0 else said + done.stderr.decode(errors="replace")


@pytest.fixture
def run(tool: object, here: Path) -> Run:
    return Run(tool)
