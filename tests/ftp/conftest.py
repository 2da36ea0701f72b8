"""Fixtures: a real server in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live_server import FtpServer
from patience import HANG


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., FtpServer]]:
    """Start a server for an empty directory, with more options if wanted."""
    servers: list[FtpServer] = []

    def start(*options: str, standing: bool = False) -> FtpServer:
        root = tmp_path / f"root{len(servers)}"
        root.mkdir()
        servers.append(FtpServer(root, *options, standing=standing))
        return servers[-1]

    yield start
    try:
        for server in servers:
            if server.process.poll() is None:
                server.stop()
    finally:
        for server in servers:
            server.kill()
    for server in servers:
        server.check_reports()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    root = tmp_path_factory.mktemp("shared") / "root"
    root.mkdir()
    server = FtpServer(root)
    try:
        yield server
        server.stop()
    finally:
        server.kill()
    server.check_reports()


@pytest.fixture
def server(shared_server: FtpServer) -> Iterator[FtpServer]:
    """A server for a directory that is empty at each test's start; it must leave nothing open."""
    yield shared_server
    shared_server.close_clients()
    shared_server.wait_idle()
    shared_server.check_reports()
    for path in shared_server.root.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@pytest.fixture
def tool(program: Callable[[str], str]) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run an outside program to its end."""

    def run(name: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [program(name), *arguments], capture_output=True, timeout=HANG, check=False, **options
        )

    return run
