"""The command line: what is printed, and one sentence for each mistake."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from fork_server import run_program
from patience import HANG

from ftp_project import __version__


def run(*arguments):
    return run_program(*arguments, text=True)


def run_fresh(*arguments):
    """Run it in an interpreter of its own, as users do."""
    return subprocess.run(
        [sys.executable, "-m", "ftp_project", *arguments],
        capture_output=True, text=True, timeout=HANG, check=False,
    )  # fmt: skip


def test_a_fresh_interpreter_says_the_same(tmp_path):
    for arguments in (["--version"], ["serve", str(tmp_path / "missing")]):
        fresh, forked = run_fresh(*arguments), run(*arguments)
        assert fresh.returncode == forked.returncode
        assert (fresh.stdout, fresh.stderr) == (forked.stdout, forked.stderr)


def test_version_and_help():
    assert run("--version").stdout == f"ftp_project {__version__}\n"
    for arguments in ([], ["--help"]):
        done = run(*arguments)
        assert done.returncode == 0
        assert "serve" in done.stdout
    text = run("serve", "--help").stdout
    for option in ("--host", "--port", "--user", "--user-home", "--selector"):
        assert option in text
    for command in ("get", "put", "ls"):
        assert "Exit status: 0 when all went well; 1" in run(command, "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve", "{tmp}/missing"], "does not exist"),
        (["serve", "{tmp}/file"], "not a directory"),
        (["serve", "{tmp}", "--user", "anna"], "NAME:PASSWORD"),
        (["serve", "{tmp}", "--user", "a:1", "--user", "a:2"], "given twice"),
        (["serve", "{tmp}", "--user", "a:1", "--user-home", "a"], "NAME=DIR"),
        (["serve", "{tmp}", "--user", "a:1", "--user-home", "a=/missing"], "does not exist"),
        (["serve", "{tmp}", "--user", "a:1", "--user-home", "b={tmp}"], "--user"),
        (["serve", "{tmp}", "--port", "70000"], "--port"),
        (["serve", "{tmp}", "--port", "{taken}"], "another program uses this port"),
        (["serve", "{tmp}", "--host", "192.0.2.7"], "cannot listen on 192.0.2.7"),
        (["serve", "{tmp}", "--selector", "iocp"], "--selector"),
        (["serve", "{tmp}", "--frobnicate"], "--frobnicate"),
        (["serve"], "Missing argument"),
        (["frob"], "frob"),
    ],
)
def test_a_mistake_is_answered_with_one_sentence_and_status_2(tmp_path, arguments, sentence):
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = [
            word.replace("{tmp}", str(tmp_path)).replace("{taken}", port) for word in arguments
        ]
        done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("ftp_project: ")
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_without_permission_is_told(tmp_path):
    tmp_path.chmod(0)
    done = run("serve", str(tmp_path))
    tmp_path.chmod(0o700)
    assert (done.returncode, "no permission" in done.stderr) == (2, True)


def test_without_a_user_one_is_invented_and_curl_is_told_how(serve, tool, monkeypatch):
    from live_server import FtpServer

    monkeypatch.setattr(FtpServer, "default_user", ())
    server = serve()
    (server.root / "hello").write_bytes(b"hello")
    first = server.process.stdout.readline().decode()
    ours = server.process.stdout.readline().decode().split()
    words = server.process.stdout.readline().decode().split()
    assert first.startswith("User ")
    assert ours[:5] == ["Try:", "python", "-m", "ftp_project", "ls"]
    assert words[:2] == ["or:", "curl"]
    assert server.first_line.startswith("Listening on ftp://127.0.0.1:")
    assert b"hello" in tool(*words[1:]).stdout
