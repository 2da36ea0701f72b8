"""The graceful end, sockets from a service manager, and what it is told."""

from __future__ import annotations

import configparser
import ftplib
import io
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from live_server import wait_until
from patience import HANG

import ftp_project

UNITS = Path(ftp_project.__file__).parent.parent / "docs"


def begin_upload(server):
    ftp = server.client()
    data = ftp.transfercmd("STOR file")
    data.sendall(b"half ")
    wait_until(lambda: any(path.stat().st_size for path in server.temporary_files()), "it came")
    return ftp, data


def refuses_clients(server):
    try:
        socket.create_connection((server.host, server.port)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_idle_sessions_are_told_and_transfers_finish(serve):
    server = serve("--grace", "60")
    idle = server.client()
    ftp, data = begin_upload(server)
    server.process.terminate()
    assert idle.getmultiline().startswith("421 ")
    assert idle.sock.recv(1) == b""
    wait_until(lambda: refuses_clients(server), "the door is closed")
    assert server.process.poll() is None
    data.sendall(b"and half")
    data.close()
    assert ftp.voidresp().startswith("226")
    assert server.process.wait(HANG) == 0
    assert (server.root / "file").read_bytes() == b"half and half"
    assert server.errors.read_text() == ""


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_server_at_once(serve, second):
    server = serve("--grace", "1000")
    ftp, data = begin_upload(server)
    server.process.terminate()
    wait_until(lambda: refuses_clients(server), "the door is closed")
    server.stop(second)
    assert list(server.root.iterdir()) == []
    data.close()
    ftp.close()


def test_after_the_grace_time_transfers_are_ended(serve):
    server = serve("--grace", "0.2")
    _, data = begin_upload(server)
    server.process.terminate()
    assert server.process.wait(HANG) == 0
    assert "1 sessions did not end in 0.2 s" in server.errors.read_text()
    assert list(server.root.iterdir()) == []
    data.close()


#: hands descriptor 3 over as systemd does, then becomes the server
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()), "LISTEN_FDNAMES": "ftp"}
os.execv(sys.executable, [sys.executable, "-m", "ftp_project", "serve", *sys.argv[2:]])
"""


def activated(root, fd, **environment):
    command = [sys.executable, "-c", ACTIVATE, str(fd), str(root), "--user", "anna:s3cret"]
    return subprocess.Popen(
        [*command, "--grace", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[fd],
        env={**os.environ, **environment},
    )


def test_a_socket_that_is_handed_over_is_served_and_the_manager_is_told(tmp_path):
    with (
        tempfile.TemporaryDirectory() as short,
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        # A socket's path may have some hundred bytes only (unix(7)).
        manager.bind(f"{short}/notify")
        manager.settimeout(HANG)
        # Connected before the server has started: it waits in the backlog.
        ftp = ftplib.FTP()
        early = socket.create_connection(listener.getsockname())
        with activated(tmp_path, listener.fileno(), NOTIFY_SOCKET=f"{short}/notify") as process:
            try:
                assert manager.recv(1000) == b"READY=1"
                assert early.recv(4) == b"220 "
                port = listener.getsockname()[1]
                assert f":{port}/".encode() in process.stdout.readline()
                ftp.connect("127.0.0.1", port)
                ftp.login("anna", "s3cret")
                ftp.storbinary("STOR file", io.BytesIO(b"123"))
                process.send_signal(signal.SIGHUP)
                assert manager.recv(1000).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
                assert manager.recv(1000) == b"READY=1"
                process.terminate()
                assert manager.recv(1000) == b"STOPPING=1"
                assert process.wait(HANG) == 0
                assert process.stderr.read() == b""
            finally:
                process.kill()
                ftp.close()
                early.close()
    assert (tmp_path / "file").read_bytes() == b"123"


def test_a_descriptor_that_is_no_listener_is_a_mistake(tmp_path):
    with (tmp_path / "file").open("w") as file, activated(tmp_path, file.fileno()) as process:
        output, errors = process.communicate(timeout=HANG)
    assert (process.returncode, output, errors.count(b"\n")) == (2, b"", 1)
    assert b"descriptor 3" in errors


def test_the_unit_files_are_right_and_name_options_that_exist(tmp_path):
    """What they run is the program with options it knows, under a user that is not root."""
    units = {}
    for kind in ("service", "socket"):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str
        parser.read(UNITS / f"ftp_project.{kind}")
        units[kind] = parser
    service = units["service"]["Service"]
    assert service["Type"] == "notify"
    assert service["User"] not in ("", "root")
    assert units["socket"]["Socket"]["ListenStream"] == "21"
    command = shlex.split(service["ExecStart"])
    assert command[1:4] == ["-m", "ftp_project", "serve"]
    shown = subprocess.run(
        [sys.executable, "-m", "ftp_project", "config", *command[4:]],
        capture_output=True, text=True, timeout=HANG, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert "cannot be read" in shown.stderr  # the file of settings is all that is missing
    assert shown.stderr.count("\n") == 1


def test_systemd_accepts_the_unit_files(program, tmp_path):
    analyze = program("systemd-analyze")
    for kind in ("service", "socket"):
        text = (UNITS / f"ftp_project.{kind}").read_text()
        # The program's path depends on the machine; systemd looks whether it is there.
        line = next((line for line in text.splitlines() if line.startswith("ExecStart=")), "")
        program = line.partition("=")[2].split(" ")[0]
        if program:
            text = text.replace(program, sys.executable)
        (tmp_path / f"ftp_project.{kind}").write_text(text)
    done = subprocess.run(
        [analyze, "verify", *map(str, tmp_path.iterdir())],
        capture_output=True, text=True, timeout=HANG, check=False,
    )  # fmt: skip
    assert (done.returncode, "ftp_project" in done.stderr) == (0, False), done.stderr
