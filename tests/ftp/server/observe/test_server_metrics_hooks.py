"""Metrics over HTTP, and commands that are run after events."""

from __future__ import annotations

import ast
import ftplib
import io
import re
import socket
import sys
import urllib.error
import urllib.request

import pytest
from fork_server import run_program
from live_server import wait_until
from patience import HANG
from prometheus_client.parser import text_string_to_metric_families


def scrape(url):
    with urllib.request.urlopen(url, timeout=HANG) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = answer.read().decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def measured(serve):
    server = serve("--metrics-port", "0")
    line = server.first_line + server.process.stdout.readline().decode()
    return server, re.search(r"http://127\.0\.0\.1:\d+/metrics", line)[0]


def test_what_happens_is_counted(measured):
    server, url = measured
    ftp = server.client()
    ftp.storbinary("STOR file", io.BytesIO(bytes(1000)))
    for _ in range(2):
        ftp.retrbinary("RETR file", lambda data: None)
    with pytest.raises(ftplib.error_perm):
        ftp.cwd("missing")
    with server.connect() as other:
        with pytest.raises(ftplib.error_perm):
            other.login("anna", "wrong")
        found = scrape(url)
        assert found["ftp_sessions",] == 2
        assert found["ftp_sessions_logged_in",] == 1
    assert found["ftp_transfers_total", "upload", "complete"] == 1
    assert found["ftp_transfers_total", "download", "complete"] == 2
    assert found["ftp_transferred_bytes_total", "upload"] == 1000
    assert found["ftp_transferred_bytes_total", "download"] == 2000
    assert found["ftp_failures_total", "550"] == 1
    assert found["ftp_failures_total", "530"] == 1
    assert found["ftp_logins_total", "accepted"] == 1
    assert found["ftp_logins_total", "refused"] == 1
    assert found["ftp_connections_total",] == 2
    ftp.quit()
    wait_until(lambda: scrape(url)["ftp_loop_lateness_seconds_count",] > 0, "the loop is probed")


def test_a_running_transfer_is_seen(measured):
    server, url = measured
    ftp = server.client()
    with ftp.transfercmd("STOR slow") as data:
        data.sendall(bytes(5000))
        wait_until(
            lambda: scrape(url)["ftp_transferred_bytes_total", "upload"] == 5000, "it is counted"
        )
        assert scrape(url)["ftp_transfers_running",] == 1
    ftp.voidresp()
    assert scrape(url)["ftp_transferred_bytes_total", "upload"] == 5000


def test_other_requests_are_refused_and_hold_nothing(measured):
    _, url = measured
    host, port = url.split("/")[2].split(":")
    silent = socket.create_connection((host, int(port)))
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(url.replace("/metrics", "/"), timeout=HANG)
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(url, data=b"x", timeout=HANG)
    assert scrape(url)["ftp_sessions",] == 0
    silent.close()


def hook(tmp_path, body):
    script = tmp_path / "hook.py"
    script.write_text(f"import os, sys, time\nfrom pathlib import Path\n{body}\n")
    return f"{sys.executable} '{script}' 'two words'"


def test_hooks_are_told_in_their_environment(serve, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    command = hook(
        tmp_path,
        f"at = Path({str(out)!r}, os.environ['FTP_EVENT'])\n"
        "facts = {k: v for k, v in os.environ.items() if k.startswith('FTP_')}\n"
        "at.with_suffix('.part').write_text(repr((sys.argv[1:], facts)))\n"
        "at.with_suffix('.part').rename(at)",
    )
    events = ("upload", "download", "login")
    server = serve(*(f"--on-{event}={command}" for event in events))
    with server.client() as ftp:
        ftp.storbinary("STOR $(x) 'y\"", io.BytesIO(b"123"))
        ftp.retrbinary("RETR $(x) 'y\"", lambda data: None)
        wait_until(lambda: all((out / event).exists() for event in events), "all have run")
    for event in events:
        words, facts = ast.literal_eval((out / event).read_text())
        assert words == ["two words"]
        assert (facts["FTP_USER"], facts["FTP_PEER"]) == ("anna", "127.0.0.1")
        if event != "login":
            assert facts["FTP_PATH"] == f"{server.root}/$(x) 'y\""
            assert (facts["FTP_VIRTUAL_PATH"], facts["FTP_SIZE"]) == ("/$(x) 'y\"", "3")


def test_a_hook_that_hangs_is_ended_with_all_its_children_and_blocks_nobody(serve, tmp_path):
    pids = tmp_path / "pids"
    command = hook(
        tmp_path,
        "child = os.fork()\n"
        "signals = __import__('signal')\n"
        "signals.signal(signals.SIGTERM, signals.SIG_IGN)\n"
        f"child and Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{child}}')\n"
        "time.sleep(1000)",
    )
    server = serve("--on-login", command, "--hook-timeout", "5", standing=True)
    with server.client() as ftp:
        numbers = wait_until(lambda: pids.exists() and pids.read_text(), "the hook runs").split()
        assert ftp.pwd() == "/"
        with server.time_passing(1):
            wait_until(lambda: "5 s" in server.errors.read_text(), "it is told")
            wait_until(lambda: not any(alive(int(pid)) for pid in numbers), "both are gone")
    server.errors.write_text("")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # before it is opened, or read
        return False


def test_many_events_run_few_hooks_at_once_and_all_of_them(serve, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    command = hook(
        tmp_path,
        f"own = Path({str(out)!r}, str(os.getpid()))\n"
        "own.touch()\n"
        "print(len([p for p in own.parent.iterdir() if not p.suffix]), file=sys.stderr)\n"
        "own.rename(own.with_suffix('.done'))",
    )
    server = serve("--on-upload", command)
    with server.client() as ftp:
        for number in range(12):
            ftp.storbinary(f"STOR {number}", io.BytesIO(b""))
    server.process.terminate()  # hooks that wait are run before the end
    assert server.process.wait(HANG) == 0
    assert len(list(out.glob("*.done"))) == 12
    assert max(map(int, server.errors.read_text().split())) <= 4


@pytest.mark.parametrize("gone", [False, True], ids=["failing", "gone"])
def test_a_hook_that_fails_is_told_and_changes_nothing(serve, tmp_path, gone):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    server = serve("--on-login", str(program))
    if gone:
        program.unlink()
    told = "cannot be run" if gone else "status 1"
    with server.client() as ftp:
        wait_until(lambda: told in server.errors.read_text(), "it is told")
        assert ftp.pwd() == "/"
    server.errors.write_text("")


@pytest.mark.parametrize("hook", ["a 'b", "/missing/program now"])
@pytest.mark.parametrize("command", ["serve", "config"])
def test_a_command_that_cannot_be_run_is_a_mistake_at_the_start(tmp_path, command, hook):
    done = run_program(command, tmp_path, "--on-upload", hook, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("ftp_project: --on-upload")
    assert done.stderr.count("\n") == 1
