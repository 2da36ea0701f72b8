"""Signals: all workers end as one server does, and none outlives its parent."""

from __future__ import annotations

import ftplib
import os
import pty
import re
import signal
import socket
import subprocess
import sys

from live_server import LAUNCHER, FtpServer, wait_until
from patience import HANG
from worker_server import connect, is_lost, log_in, wait_gone, workers_of


def begin_download(server):
    """Return a client in a transfer that ends when its data connection is read."""
    if not (server.root / "big").exists():
        (server.root / "big").write_bytes(bytes(32 << 20))
    ftp = log_in(server)
    ftp.voidcmd("TYPE I")
    data = ftp.transfercmd("RETR big")
    data.settimeout(HANG)
    return ftp, data


def refuses(server):
    try:
        socket.create_connection((server.host, server.port)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_sigterm_lets_transfers_end_in_all_workers(serve):
    server = serve("--workers", "2", "--grace", "60")
    workers = workers_of(server)
    running = [begin_download(server) for _ in range(2)]
    idle = [connect(server) for _ in range(2)]
    server.process.terminate()
    for ftp in idle:
        assert ftp.getmultiline().startswith("421 ")
        ftp.close()
    wait_until(lambda: refuses(server), "the door is closed")
    for ftp, data in running:
        count = 0
        while got := len(data.recv(1 << 20)):
            count += got
        data.close()
        assert count == 32 << 20
        assert ftp.voidresp().startswith("226")
        ftp.close()
    assert server.process.wait(HANG) == 0
    wait_gone(workers)
    assert server.errors.read_text() == ""


def test_a_second_sigterm_ends_all_at_once(serve):
    server = serve("--workers", "2", "--grace", "1000")
    workers = workers_of(server)
    running = [begin_download(server) for _ in range(2)]
    server.process.terminate()
    wait_until(lambda: refuses(server), "the door is closed")
    server.stop(signal.SIGTERM)
    wait_gone(workers)
    for ftp, data in running:
        data.close()
        ftp.close()


def test_ctrl_c_goes_to_all_processes_and_ends_them_without_a_word(serve):
    server = serve("--workers", "2")
    workers = workers_of(server)
    ftp, data = begin_download(server)
    for worker in workers:
        worker.send_signal(signal.SIGINT)
    assert ftp.sock.fileno() >= 0
    server.stop(signal.SIGINT)
    wait_gone(workers)
    data.close()
    ftp.close()


def test_no_worker_outlives_a_killed_parent(serve):
    server = serve("--workers", "3")
    workers = workers_of(server)
    workers[0].kill()  # its successor was forked when the others had their channels already
    wait_until(lambda: workers[0] not in workers_of(server), "it is gone")
    wait_until(lambda: len(workers_of(server)) == 3, "and replaced")
    workers = workers_of(server)
    ftp, data = begin_download(server)
    server.kill()
    wait_gone(workers)
    wait_until(lambda: is_lost(ftp), "its sessions end")
    data.close()
    ftp.close()


def test_one_that_ends_at_once_again_and_again_is_awaited_longer(serve):
    server = serve("--workers", "2")
    times = 0
    # On a busy machine one may live too long to count, before its turn to be killed comes.
    while "3. early end in a row: the next one starts in 0.4 s" not in server.errors.read_text():
        times += 1
        assert times < 20, server.errors.read_text()
        workers_of(server)[-1].kill()
        wait_until(lambda: server.errors.read_text().count("\n") == times, "it is told")  # noqa: B023
        wait_until(lambda: len(workers_of(server)) == 2, "another one is there")
    assert server.errors.read_text().splitlines()[0].endswith("another one takes its place")
    workers_of(server)[0].terminate()  # by hand: it ends as a server would, and is replaced
    wait_until(lambda: "ended with status 0" in server.errors.read_text(), "it has ended")
    with connect(server) as ftp:
        assert ftp.getwelcome().startswith("220")
    server.errors.write_text("")


#: before LAUNCHER: a worker has died, and SIGTERM comes in the last moment before signals have to
#: wait until another one is forked
MEANWHILE = """
import os, signal
from ftp_project.server.process.workers.pool import WorkerPool
note_end, mask = WorkerPool.note_end, signal.pthread_sigmask
def told_to_end(how, signals):
    signal.pthread_sigmask = mask
    os.kill(os.getpid(), signal.SIGTERM)
    return mask(how, signals)
def ended_and_told_to_end(self, *arguments, **options):
    WorkerPool.note_end, signal.pthread_sigmask = note_end, told_to_end
    return note_end(self, *arguments, **options)
WorkerPool.note_end = ended_and_told_to_end
"""


def test_a_sigterm_that_comes_while_a_worker_is_replaced_is_not_lost(serve, monkeypatch):
    monkeypatch.setattr(FtpServer, "launcher", MEANWHILE + LAUNCHER)
    server = serve("--workers", "2")
    workers_of(server)[0].kill()
    assert server.process.wait(HANG) == 0
    assert "another one takes its place" in server.errors.read_text()


#: hands descriptor 3 over as systemd does, then becomes the server
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()), "COLUMNS": "100"}
os.execv(sys.executable, [sys.executable, "-m", "ftp_project", "serve", *sys.argv[2:]])
"""


def test_a_socket_that_is_handed_over_is_shared_and_the_screen_shows_who_has_whom(tmp_path):
    ours, terminal = pty.openpty()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        options = ("--user", "anna:s3cret", "--workers", "2", "--status")
        process = subprocess.Popen(
            [sys.executable, "-c", ACTIVATE, str(fd), str(tmp_path), *options],
            stdout=terminal, stderr=terminal, stdin=terminal, pass_fds=[fd],
            env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
        os.close(terminal)
        sessions = [ftplib.FTP(timeout=HANG) for _ in range(2)]
        seen = b""
        try:
            for ftp in sessions:  # in the backlog until the server has started
                ftp.connect(*listener.getsockname())
                ftp.login("anna", "s3cret")
            while not re.search(rb"2 sessions.*idle +1\b.*idle +2\b", plain(seen), re.DOTALL):
                seen += os.read(ours, 4096)
            process.send_signal(signal.SIGINT)
            try:
                while data := os.read(ours, 4096):
                    seen += data
            except OSError:  # the other end is closed: how a pseudo terminal says end of file
                pass
            assert process.wait(HANG) == 0
        finally:
            process.kill()
            process.wait()
            os.close(ours)
            for ftp in sessions:
                ftp.close()
    assert b"Traceback" not in seen
    assert seen.rindex(b"\x1b[?25h") > seen.rindex(b"\x1b[?25l")  # the cursor is shown again


def plain(text):
    return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", text)
