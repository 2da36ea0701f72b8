"""Too many clients: no descriptor left, logins that never come, storms at the door."""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import resource
import socket
import threading

import pytest
from crowd import LIMIT, ask, connect, last_words, reset
from live_server import LAUNCHER, STANDING, FtpServer, wait_until
from patience import HANG
from raw_client import RawClient

from ftp_project.accounts.users import Users
from ftp_project.config import Config, Options
from ftp_project.loop import Loop, cancel, pause, spawn
from ftp_project.server.core import Server
from ftp_project.server.data.data_port import DataPort
from ftp_project.server.process.descriptors import raise_limit
from ftp_project.server.session.listener import serve as serve_door

#: what `ulimit -n 64` leaves to a program; each accept() that fails for it adds a byte to a file
FEW = f"""{STANDING}
import resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
failed = open(sys.argv[2] + ".failed", "ab", buffering=0)
accept = socket.socket.accept

def counting(self):
    try:
        return accept(self)
    except BlockingIOError:
        raise
    except OSError:
        failed.write(b"x")
        raise

socket.socket.accept = counting
"""


def test_with_64_descriptors_it_pauses_without_spinning_and_recovers(tmp_path, monkeypatch):
    monkeypatch.setattr(FtpServer, "launcher", FEW + LAUNCHER)
    (tmp_path / "root").mkdir()
    options = ["--login-timeout", "100", "--idle-timeout", "100000"]
    server = FtpServer(tmp_path / "root", *options, standing=True)
    failed = tmp_path / "root.failed"
    try:
        with server.client() as inside:
            crowd = connect(server, 80)
            wait_until(
                lambda: "out of descriptors (64 may" in server.errors.read_text(), "it is told"
            )
            # Who is inside is answered; for a data connection there is no descriptor.
            assert ask(inside, "EPSV")[:3] == "425"
            tried = failed.stat().st_size
            for _ in range(100):
                assert ask(inside, "NOOP")[:3] == "200"
            assert failed.stat().st_size == tried, "it tries in each turn"
            for times in range(3):
                server.pass_time(1)
                wait_until(lambda n=times: failed.stat().st_size > tried + n, "it tries again")
            assert server.errors.read_text().count("out of descriptors") == 1
            with server.time_passing(50):
                for sock in crowd:  # all are met in their turn, and sent away without a login
                    words = last_words(sock)
                    assert words.startswith(b"220 ")
                    assert b"\r\n421 " in words
                    sock.close()
            inside.storbinary("STOR file", io.BytesIO(b"content"))
        server.wait_idle()
        assert (server.root / "file").read_bytes() == b"content"
    finally:
        server.close_clients()
        server.kill()


@pytest.mark.parametrize(
    ("limits", "clients", "left"),
    [((64, 600), 100, 564), ((64, 300), 100, 300), ((64, 300), None, 300), ((600, 600), 100, 600)],
)
def test_it_raises_its_limit_as_far_as_it_may(monkeypatch, caplog, limits, clients, left):
    now = [limits]
    monkeypatch.setattr(resource, "getrlimit", lambda kind: now[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: now.append(pair))
    raise_limit(Options(max_clients=clients))
    assert now[-1] == (left, limits[1])
    told = "100 clients may need 564 descriptors, and this process may have 300" in caplog.text
    assert told == (clients is not None and left < 564)


def test_a_session_is_answered_however_few_descriptors_are_left(serve):
    server = serve()
    (server.root / "sub").mkdir()
    (server.root / "old").write_bytes(b"old")
    codes = set()
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    for command in ("RETR old", "STOR new", "APPE old", "STOU", "LIST sub", "MLSD", "NLST *"):
        for spare in range(9):
            with server.client() as ftp:
                limit = server.descriptors() + spare
                resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (limit, hard))
                codes.add(exchange(ftp, command))
                for short in ("SIZE old", "MLST sub", "STAT sub", "XMD5 old", "RNFR old"):
                    codes.add(ask(ftp, short)[:3])
                assert ask(ftp, "NOOP")[:3] == "200"
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
    assert codes >= {"226", "425", "450"}
    assert all(code[0] in "234" for code in codes), codes
    server.wait_idle()
    assert server.errors.read_text() == ""


def exchange(ftp, command):
    """Carry out a transfer of a few bytes; return the code of the last answer."""
    answer = ask(ftp, "EPSV")
    if answer[:3] == "229":
        with socket.create_connection((ftp.host, int(answer.split("|")[3])), HANG) as data:
            answer = ask(ftp, command)
            if answer[0] == "1":
                with contextlib.suppress(OSError):  # it is closed when it cannot be accepted
                    data.sendall(b"new" if command[:4] in ("STOR", "APPE", "STOU") else b"")
                    data.shutdown(socket.SHUT_WR)
                last_words(data)
                answer = ftp.getmultiline()
    return answer[:3]


def test_300_connections_that_never_log_in_hinder_nobody_and_are_let_go(server):
    crowd = connect(server, 300)
    with server.client() as ftp:  # while all of them stand
        ftp.storbinary("STOR file", io.BytesIO(b"content"))
        assert ftp.size("file") == 7
    server.pass_time(LIMIT)
    for sock in crowd:
        assert b"\r\n421 Too long without a login" in last_words(sock)
        sock.close()
    server.wait_idle()


def test_a_login_of_one_byte_after_the_other_is_given_up(server):
    with RawClient(server) as ftp:
        for _ in range(10):
            ftp.sock.sendall(b"U")
            server.pass_time(LIMIT / 10)
        assert ftp.reply().startswith(b"421 Too long without a login")


def test_a_storm_of_connections_that_go_at_once_leaves_nothing(server):
    storms = 8

    def storm():
        for _ in range(100):
            reset(socket.create_connection((server.host, server.port), HANG))

    with server.client() as ftp:
        threads = [threading.Thread(target=storm) for _ in range(storms)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert ftp.sendcmd("NOOP")[:3] == "200"
        for thread in threads:
            thread.join()
    server.wait_idle()
    assert server.errors.read_text() == ""


class EndlessQueue:
    """A listener whose queue is never empty; the clients have gone when they are met."""

    def __init__(self, most, fails):
        self.accepted = itertools.count(1)
        self.last = 0
        self.most = most
        self.fails = fails
        self.mine, self.other = socket.socketpair()
        self.other.send(b"there is always somebody")

    def accept(self):
        self.last = next(self.accepted)
        if self.last > self.most:
            raise OSError("the storm has passed")
        if self.fails and not self.last % 50:
            raise OSError(errno.EPROTO, "it failed before it was met (accept(2))")
        ours, theirs = socket.socketpair()
        theirs.close()
        return ours, ("192.0.2.1", 1)

    def fileno(self):
        return self.mine.fileno()

    def close(self):
        self.mine.close()
        self.other.close()


@pytest.mark.parametrize("at_the_door", [True, False])
def test_a_storm_that_does_not_end_lets_the_others_run(at_the_door):
    queue = EndlessQueue(5000, fails=at_the_door)
    loop = Loop()
    if at_the_door:
        work = serve_door(Server(Config(users=Users([])), loop.clock), queue)
    else:  # strangers, who are not the client of the session
        channel = DataPort(socket.AF_INET, "192.0.2.2", "192.0.2.3")
        channel._listener, channel.armed = queue, True
        work = channel.establish(loop.clock() + 60)

    def main():
        task = yield from spawn(work, "meeting", eager=True)
        for _ in range(20):
            yield from pause()
        yield from cancel(task, None)

    loop.run(main())
    assert 10 < queue.last < 3000
