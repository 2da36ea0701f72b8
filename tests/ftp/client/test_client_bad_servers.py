"""Servers that lie, break off, refuse or attack: the client stays safe and says what happened."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading

import pytest
from live_server import wait_until
from patience import HANG
from scripted import DIRECTORY, Scripted, file_of

from ftp_project.client import session_pool


@pytest.fixture
def scripted():
    servers = []

    def start(**answers):
        servers.append(Scripted({key.replace("_", " "): value for key, value in answers.items()}))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(session_pool, "RETRY_DELAY", 0.01)


def test_names_that_lead_out_are_refused(ftp, scripted, tmp_path):
    listing = b"".join(
        b"type=file;size=1; %s\r\n" % name
        for name in (b"../up", b"/etc/x", b"..", b"a\\..\\b", b"good")
    )
    server = scripted(
        MLST=DIRECTORY, MLSD=lambda t: t.send_data(listing), RETR=lambda t: t.send_data(b"!")
    )
    done = ftp("get", f"{server.url}d", status=1)
    assert done.err.count("could lead out") == 4
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["good"]


def test_a_ring_of_directories_ends(ftp, scripted):
    line = b"type=dir;unique=7; again\r\n"
    server = scripted(MLST=DIRECTORY, MLSD=lambda talk: talk.send_data(line))
    assert "leads back" in ftp("get", f"{server.url}d").out
    server = scripted(MLST=DIRECTORY, MLSD=lambda talk: talk.send_data(b"type=dir; on\r\n"))
    assert "is it a ring?" in ftp("get", f"{server.url}d", status=1).err


def test_replies_slipped_in_before_tls_are_not_believed(ftp, scripted):
    server = scripted(AUTH=b"234 Go ahead.\r\n331 I am the server.\r\n")
    assert "behind its answer to AUTH" in ftp("ls", "--tls", server.url, status=1).err
    assert "USER anna" not in server.commands


def test_no_password_without_the_tls_that_was_asked_for(ftp, scripted):
    server = scripted(AUTH=b"502 No.\r\n")
    assert "refused AUTH TLS: 502 No." in ftp("ls", "--tls", server.url, status=1).err
    assert server.commands == ["AUTH TLS"]


def test_the_password_is_in_no_message(ftp, scripted):
    server = scripted(PASS=b"530 \x1b[31mNo.\r\n")
    done = ftp("ls", server.url, status=1)
    assert "refused the login of anna: 530 \\x1b[31mNo." in done.err
    assert "pw" not in done.err


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"hello": b"SSH-2.0-server\r\n"}, "does not speak FTP"),
        ({"hello": b"421 Full.\r\n"}, "421 Full."),
        ({"hello": lambda talk: talk.sock.shutdown(socket.SHUT_RDWR)}, "closed the connection"),
        ({"hello": b""}, "nothing came in time"),
        ({"MLST": b"250 Nothing in it.\r\n"}, "MLST cannot be read"),
        ({"EPSV": b"229 Somewhere\r\n"}, "names no data port"),
        ({"EPSV": b"500 No.\r\n", "PASV": b"500 No.\r\n"}, "refused PASV"),
        ({"MLSD": lambda talk: talk.send_data(b"rubbish\r\n")}, "listing cannot be read"),
        ({"MLSD": lambda t: t.send_data(b"", b"451 Broken disk.\r\n")}, "451 Broken disk."),
    ],
)
def test_what_a_server_does_wrong_is_told(ftp, scripted, answers, sentence):
    server = scripted(**{"MLST": DIRECTORY, **answers})
    timeout = "0.3" if sentence == "nothing came in time" else "100"
    done = ftp("ls", "--timeout", timeout, f"{server.url}d", status=1)
    assert sentence in done.err
    assert done.err.count("\n") == 1


def test_a_broken_download_is_tried_again_from_where_it_broke(ftp, scripted, tmp_path):
    data = bytes(range(256)) * 40

    def retrieve(talk):
        if talk.number:
            talk.send_data(data[6000:])
        else:
            talk.send_data(data[:6000], b"426 Broken.\r\n")
            talk.sock.shutdown(socket.SHUT_RDWR)

    server = scripted(MLST=file_of(len(data)), RETR=retrieve)
    ftp("get", f"{server.url}f")
    assert (tmp_path / "here" / "f").read_bytes() == data
    assert "REST 6000" in server.commands


def test_what_stays_too_short_is_no_file_but_a_part(ftp, scripted, tmp_path):
    server = scripted(MLST=file_of(100), RETR=lambda t: t.send_data(b"x" * 10))
    done = ftp("get", f"{server.url}f", status=1)
    assert "only 30 of 100 bytes came" in done.err  # three attempts, each one went on
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["f.part"]


def test_nothing_is_left_of_a_refused_download(ftp, scripted, tmp_path):
    server = scripted(MLST=file_of(5), RETR=b"550 Not for you.\r\n")
    assert "550 Not for you." in ftp("get", f"{server.url}f", status=1).err
    assert list((tmp_path / "here").iterdir()) == []


def test_the_servers_reason_for_breaking_an_upload_is_told(ftp, scripted, tmp_path):
    def store(talk):
        talk.say(b"150 Go.\r\n")
        talk.data_listener.accept()[0].close()
        talk.say(b"552 Disk full.\r\n")

    server = scripted(MLST=b"550 No.\r\n", STOR=store)
    (tmp_path / "big").write_bytes(bytes(20_000_000))
    assert "552 Disk full." in ftp("put", tmp_path / "big", f"{server.url}f", status=1).err


def many(number):
    return b"".join(b"type=file;size=1; f%d\r\n" % count for count in range(number))


def test_parallel_transfers_run_at_the_same_time(ftp, scripted, tmp_path):
    together = threading.Barrier(3, timeout=HANG)

    def retrieve(talk):
        together.wait()
        talk.send_data(b"!")

    server = scripted(MLST=DIRECTORY, MLSD=lambda t: t.send_data(many(6)), RETR=retrieve)
    ftp("get", "--parallel", 3, f"{server.url}d")
    assert len(server.talks) == 3
    assert len(list((tmp_path / "here" / "d").iterdir())) == 6


def test_fewer_sessions_than_asked_for_do_all_the_work(ftp, scripted, tmp_path):
    def hello(talk):
        talk.say(b"220 Hello.\r\n" if talk.number < 2 else b"421 Two are enough.\r\n")

    server = scripted(
        hello=hello,
        MLST=DIRECTORY,
        MLSD=lambda talk: talk.send_data(many(20)),
        RETR=lambda talk: talk.send_data(b"!"),
    )
    done = ftp("get", "--parallel", 8, f"{server.url}d")
    assert done.err == ""
    assert len(list((tmp_path / "here" / "d").iterdir())) == 20


def test_a_server_that_goes_away_ends_everything_soon(ftp, scripted):
    def listing(talk):
        talk.send_data(many(500))
        server.close()

    server = scripted(MLST=DIRECTORY, MLSD=listing)
    done = ftp("get", "-P", 1, f"{server.url}d", status=1)
    assert "499 more: not tried" in done.err


def test_ctrl_c_keeps_what_came(scripted, tmp_path):
    def retrieve(talk):
        talk.say(b"150 Slowly.\r\n")
        connection = talk.data_listener.accept()[0]
        connection.sendall(b"x" * 50_000)
        connection.recv(1)

    server = scripted(MLST=file_of(100_000), RETR=retrieve)
    command = [sys.executable, "-m", "ftp_project", "get", f"{server.url}f", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    part = tmp_path / "f.part"
    wait_until(lambda: part.exists() and part.stat().st_size == 50_000, "the bytes are written")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=HANG)[1] == b""
    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == ["f.part"]
