"""Logs and the transfer log: what stands in them, and that names cannot forge lines."""

from __future__ import annotations

import ftplib
import io
import json
import re
import signal
import time

import pytest
from fork_server import run_program
from live_server import FtpServer, wait_until
from patience import HANG

from ftp_project.accounts.users import User, Users
from ftp_project.config import Config
from ftp_project.server.core import Server
from ftp_project.server.data.data_port import DataPort
from ftp_project.server.observe.observers import Done
from ftp_project.server.observe.xferlog import line
from ftp_project.server.session.session import Session


def use(server):
    with server.client() as ftp:
        ftp.storbinary("STOR a b", io.BytesIO(b"123"))
        ftp.retrbinary("RETR a b", lambda data: None)
    with server.connect() as ftp, pytest.raises(ftplib.error_perm):
        ftp.login('eve\x1b"', "wrong")


def test_a_quiet_server_logs_nothing(serve):
    server = serve()
    use(server)
    server.wait_idle()
    assert server.errors.read_text() == ""


def test_json_lines_hold_the_events_with_their_fields(serve, tmp_path):
    log = tmp_path / "log"
    server = serve("--log-level", "info", "--log-format", "json", "--log-file", str(log))
    use(server)
    server.stop()
    events = [json.loads(line) for line in log.read_text().splitlines()]
    by_name = {event["message"]: event for event in events}
    upload = by_name["upload"]
    assert (upload["user"], upload["path"], upload["size"]) == ("anna", "/a b", 3)
    assert upload["complete"] is True
    assert by_name["download"]["peer"] == "127.0.0.1"
    assert by_name["login failed"]["user"] == 'eve\x1b"'
    assert {"session began", "session ended", "login"} <= by_name.keys()
    for event in events:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"])
        assert event["level"] == "info"


def test_text_lines_are_one_per_event_and_passwords_are_not_in_them(serve):
    server = serve("--log-level", "debug")
    use(server)
    wait_until(lambda: server.errors.read_text().count("session ended") == 2, "all is logged")
    text = server.errors.read_text()
    assert ' INFO upload user=anna peer=127.0.0.1 path="/a b" size=3 seconds=0' in text
    assert r'login failed user="eve\u001b\"" peer' in text
    assert " DEBUG 127.0.0.1: STOR a b\n" in text
    assert "s3cret" not in text
    assert all(line[10] == "T" for line in text.splitlines())
    server.errors.write_text("")


def test_logs_go_on_in_new_files_after_sighup(serve, tmp_path):
    log, transfers = tmp_path / "log", tmp_path / "xferlog"
    server = serve("--log-level", "info", "--log-file", str(log), "--xferlog", str(transfers))
    use(server)
    moved = [path.rename(tmp_path / f"{path.name}.1") for path in (log, transfers)]
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: log.exists() and "users read again" in log.read_text(), "it is reopened")
    use(server)
    server.stop()
    for old, new in zip(moved, (log, transfers), strict=True):
        assert old.read_text().count("a") > 0
        assert "a" in new.read_text()
    assert transfers.read_text().count("\n") == moved[1].read_text().count("\n") == 2


def test_the_columns_of_the_transfer_log(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    user = User("anna", tmp_path)
    server = Server(Config(users=Users([user], anonymous_home=tmp_path)))
    session = Session(server, "192.0.2.1", "192.0.2.2", DataPort(2, "", ""))
    session.user, session.identity = user, "anna"
    done = Done("/a b\udcff", True, 1234, 0.2, True, False)
    assert line(session, done, 1_772_700_001.9) == (
        b"Thu Mar  5 08:40:01 2026 1 192.0.2.1 1234 %s/a_b\xff b _ i r anna ftp 0 * c\n"
        % bytes(tmp_path)
    )
    session.user, session.identity = server.users.find("ftp"), "me@example.org x"
    done = Done("/x", False, 0, 61.7, False, True)
    assert (
        line(session, done, 1_772_700_001.9).split()[5:]
        == (b"62 192.0.2.1 0 %s/x a _ o a me@example.org_x ftp 0 * i" % bytes(tmp_path)).split()
    )


def test_the_transfer_log_tells_an_upload_that_was_cut_short(serve, tmp_path):
    transfers = tmp_path / "xferlog"
    server = serve("--xferlog", str(transfers))
    ftp = server.client()
    data = ftp.transfercmd("STOR half")
    data.sendall(b"half of it")
    wait_until(lambda: any(path.stat().st_size for path in server.temporary_files()), "it came")
    ftp.putcmd("ABOR")
    assert [ftp.getmultiline()[:3] for _ in range(2)] == ["426", "226"]
    data.close()
    ftp.close()
    words = wait_until(transfers.read_text, "it is written").split()
    assert (words[7], words[8], words[-1]) == ("10", f"{server.root}/half", "i")


@pytest.mark.parametrize("option", ["--log-file", "--xferlog"])
def test_a_log_that_cannot_be_written_is_told(tmp_path, option):
    done = run_program("serve", tmp_path, option, f"{tmp_path}/a/b", text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert option in done.stderr


def test_the_status_without_a_terminal_is_log_lines(serve):
    server = serve("--status")
    assert isinstance(server, FtpServer)
    use(server)
    wait_until(lambda: "download user=anna" in server.errors.read_text(), "lines come")
    server.process.terminate()
    assert server.process.wait(HANG) == 0


def test_a_full_disk_under_the_transfer_log_costs_no_transfer(serve):
    server = serve("--xferlog", "/dev/full")
    with server.client() as ftp:
        for name in "ab":
            assert ftp.storbinary(f"STOR {name}", io.BytesIO(b"123")).startswith("226")
    server.process.terminate()
    assert server.process.wait(HANG) == 0
    assert server.errors.read_text().count("cannot write the transfer log: no space left") == 1
