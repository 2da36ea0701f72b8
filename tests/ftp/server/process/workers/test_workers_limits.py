"""One server, two workers: clients are shared evenly, and limits hold for all together."""

from __future__ import annotations

import ftplib
import io
import json
import signal
import socket
from contextlib import ExitStack

import pytest
from live_server import FtpServer, wait_until
from patience import HANG
from worker_server import connect, is_lost, log_in, metrics_url, scrape, workers_of

from ftp_project.accounts.passwords import hash_password

ANNA, BOB, EVE, LATE = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def server(place):
    for name in ("root", "bob"):
        (place / name).mkdir()
    (place / "users.toml").write_text(
        f'[users.bob]\npassword = "{hash_password("b")}"\nhome = "bob"\nquota = 1000\n'
    )
    server = FtpServer(
        place / "root", "--workers", "2", "--users", str(place / "users.toml"),
        "--user", "anna:s3cret", "--metrics-port", "0", "--max-clients", "12",
        "--max-per-ip", "6", "--max-per-user", "2", "--login-attempts", "2",
        "--log-level", "info", "--log-format", "json", "--log-file", str(place / "log"),
        "--xferlog", str(place / "xferlog"),
    )  # fmt: skip
    try:
        server.metrics = metrics_url(server)
        yield server
        server.stop()
    finally:
        server.kill()


@pytest.fixture
def clients(server):
    """A stack for clients; the server has forgotten them before the next test."""
    with ExitStack() as stack:
        yield stack
    wait_until(lambda: not numbers(server)["ftp_sessions"], "no session is left")


def numbers(server):
    return scrape(server.metrics)


def greeting(stack, server, source):
    sock = stack.enter_context(
        socket.create_connection((server.host, server.port), HANG, (source, 0))
    )
    return sock.recv(3)


def test_clients_are_shared_evenly_and_the_metrics_are_the_sum(server, clients):
    for _ in range(6):
        clients.enter_context(connect(server))
    wait_until(lambda: numbers(server)["ftp_sessions"] == 6, "all are counted")
    found = numbers(server)
    assert found['ftp_worker_sessions{worker="1"}'] == 3
    assert found['ftp_worker_sessions{worker="2"}'] == 3


def test_limits_per_address_and_in_all_hold_also_when_many_come_at_once(server, clients):
    for source in (ANNA, BOB):
        socks = [socket.socket() for _ in range(20)]
        for sock in socks:
            clients.enter_context(sock)
            sock.bind((source, 0))
            sock.settimeout(HANG)
            sock.setblocking(False)
            sock.connect_ex((server.host, server.port))
        answers = []
        for sock in socks:
            sock.settimeout(HANG)
            answers.append(sock.recv(3))
        assert sorted(answers) == [b"220"] * 6 + [b"421"] * 14
    assert greeting(clients, server, LATE) == b"421"  # twelve in all


def test_sessions_of_a_user_are_counted_in_both_workers(server, clients):
    for _ in range(2):
        clients.enter_context(log_in(server))
    for _ in range(2):  # one at each worker
        other = clients.enter_context(connect(server))
        with pytest.raises(ftplib.error_perm, match="530"):
            other.login("anna", "s3cret")


def test_failed_logins_at_both_workers_ban_an_address(server, clients):
    first, second = (clients.enter_context(connect(server, EVE)) for _ in range(2))
    for ftp, code in ((first, "530"), (second, "421")):
        with pytest.raises((ftplib.error_perm, ftplib.error_temp), match=code):
            ftp.login("nobody", "x")
    for _ in range(2):
        assert greeting(clients, server, EVE) == b"421"
    assert greeting(clients, server, BOB) == b"220"


def test_a_quota_holds_for_uploads_to_both_workers(server, clients, place):
    first, second = (clients.enter_context(log_in(server, "bob", "b", BOB)) for _ in range(2))
    first.storbinary("STOR a", io.BytesIO(bytes(600)))
    with pytest.raises(ftplib.error_perm, match="552"):
        second.storbinary("STOR b", io.BytesIO(bytes(600)))
    second.storbinary("STOR b", io.BytesIO(bytes(400)))
    first.delete("a")
    second.storbinary("STOR c", io.BytesIO(bytes(600)))
    assert sorted(path.name for path in (place / "bob").iterdir()) == ["b", "c"]


def test_a_killed_worker_loses_its_own_sessions_only_and_is_replaced(server, place, clients):
    count = numbers(server)["ftp_connections_total"]
    ours = [clients.enter_context(log_in(server)) for _ in range(2)]
    idle = [clients.enter_context(connect(server)) for _ in range(4)]
    replaced = numbers(server)["ftp_workers_replaced_total"]
    killed = workers_of(server)[0]
    killed.kill()
    wait_until(lambda: sum(map(is_lost, [*ours, *idle])) == 3, "its sessions are lost")
    (stays,) = (ftp for ftp in ours if not is_lost(ftp))
    stays.sock.setblocking(True)
    assert stays.pwd() == "/"
    wait_until(lambda: is_replaced(server, killed), "another one has taken its place")
    # What the lost sessions held is free again: three places for this address, one for anna.
    again = clients.enter_context(log_in(server))
    for _ in range(2):
        clients.enter_context(connect(server))
    assert greeting(clients, server, ANNA) == b"421"
    assert again.pwd() == "/"
    found = numbers(server)
    assert found["ftp_workers_replaced_total"] == replaced + 1
    assert found["ftp_connections_total"] >= count + 9  # what was counted stays counted
    (told,) = (event for event in events(place) if str(killed.pid) in event["message"])
    assert told["process"] == server.process.pid
    assert "was ended by SIGKILL, and 3 sessions with it" in told["message"]


def events(place):
    return [json.loads(line) for line in (place / "log").read_text().splitlines()]


def test_logs_are_whole_lines_of_both_processes(server, place, clients):
    for _ in range(2):
        ftp = clients.enter_context(log_in(server, source=BOB))
        ftp.storbinary("STOR a file", io.BytesIO(b"123"))
    writers = {event["process"] for event in events(place) if event["message"] == "upload"}
    assert {process.pid for process in workers_of(server)} <= writers
    lines = (place / "xferlog").read_text().splitlines()
    assert len(lines) >= 2
    assert all(line.split(" ftp 0 * ")[1] in ("c", "i") for line in lines)


def test_users_are_read_again_in_all_workers_and_in_those_to_come(server, place, clients):
    file = place / "users.toml"
    file.write_text(
        file.read_text()
        + f'[users.carl]\npassword = "{hash_password("c")}"\nhome = "root"\nmax-sessions = 9\n'
    )
    server.process.send_signal(signal.SIGHUP)
    wait_until(
        lambda: sum("read again" in event["message"] for event in events(place)) == 2,
        "both have read the users",
    )
    for _ in range(2):
        clients.enter_context(log_in(server, "carl", "c"))
    killed = workers_of(server)[0]
    killed.kill()
    wait_until(lambda: is_replaced(server, killed), "another one has taken its place")
    for _ in range(3):
        clients.enter_context(log_in(server, "carl", "c"))


def is_replaced(server, killed):
    found = workers_of(server)
    return len(found) == 2 and killed not in found
