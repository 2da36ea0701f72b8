"""Servers for lessons: the shipped ones are correct, wrong ones are told apart."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from labsupport.network import hostile
from labsupport.network.address import address_of
from labsupport.network.load import clients
from labsupport.network.servers import (
    RunningServer,
    ServerNotReadyError,
    find_program,
    running_server,
)

DEADLINE = 60.0  # seconds; only ever used up on failure
DEMOS = ["select_echo", "selectors_echo"]


@pytest.fixture(params=DEMOS)
def demo(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def write(folder: Path, code: str) -> Path:
    path = folder / "odd_server.py"
    path.write_text(dedent(code))
    return path


def test_a_demo_serves_a_hundred_clients(demo: str) -> None:
    with running_server(demo) as server:
        assert str(clients(server, n=100, messages=20)) == "100 clients, 2000 replies, all right"
        assert server.alive
        assert repr(server) == f"<server {demo}: listening>"
    assert repr(server) == f"<server {demo}: ended>"
    assert server.log == [f"listening on 127.0.0.1:{server.port}", "stopped"]
    assert not psutil.pid_exists(server.pid)


def test_a_demo_survives_hostile_clients(demo: str) -> None:
    with running_server(demo) as server:
        with (
            hostile.connects_and_stays(server, 30) as idle,
            hostile.never_reads(server) as reluctant,
        ):
            # Bounded: without back-pressure it would have taken all 64 MiB.
            assert reluctant.blocked
            assert reluctant.accepted < 32 * 1024 * 1024
            assert hostile.byte_by_byte(server, b"abc").reply == b"ABC"
            outcome = hostile.split_utf8(server, "é€\n")
            assert (outcome.reply.decode(), outcome.ending) == ("é€\n", "open")
            assert hostile.reset_in_the_middle(server) == "sent 14 bytes, then a reset"
            assert clients(server, n=20, messages=20).all_right
            assert len(idle) == idle.still_connected() == 30
        assert clients(server, n=5, messages=5).all_right
        # One more answer: then the server has seen all that left before.
        assert hostile.byte_by_byte(server, b"x").reply == b"X"
        memory = psutil.Process(server.pid).memory_info().rss
        assert memory < 100 * 1024 * 1024
        descriptors = psutil.Process(server.pid).num_fds()
        assert descriptors < 20, "connections of clients that left must be closed"


def test_a_demo_answers_a_client_that_has_said_its_last_word(demo: str) -> None:
    data = b"much " * 200_000  # more than the buffers of both sides hold
    with (
        running_server(demo) as server,
        socket.create_connection(server.address, timeout=DEADLINE) as connection,
    ):
        connection.setblocking(True)
        sender = threading.Thread(
            target=lambda: (connection.sendall(data), connection.shutdown(socket.SHUT_WR))
        )
        sender.start()
        with connection.makefile("rb") as stream:
            assert stream.read() == data.upper()
        sender.join()


def test_select_echo_stops_accepting_before_select_breaks() -> None:
    with running_server("select_echo") as server:
        with hostile.connects_and_stays(server, 1100) as idle:
            assert len(idle) == 1100
            assert server.alive
        assert clients(server, n=5, messages=5).all_right


def test_the_server_ignores_the_interrupt_of_a_cell() -> None:
    with running_server("select_echo") as server:
        assert os.getpgid(server.pid) != os.getpgid(0)
        assert os.getsid(server.pid) == server.pid


def test_a_server_that_crashes_keeps_its_log(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        import socket
        with socket.create_server(("127.0.0.1", 0)) as listener:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            connection, _ = listener.accept()
            connection.recv(10)
            1 / 0
        """,
    )
    with running_server(path) as server:
        outcome = hostile.byte_by_byte(server, b"x")
        assert outcome.ending in ("closed", "reset")
        assert "ZeroDivisionError" in server.wait_for_line("ZeroDivisionError", DEADLINE)
        assert server.wait(DEADLINE) == server.stop() == 1
        assert not server.alive


@pytest.mark.parametrize(
    ("code", "timeout", "message"),
    [
        (
            "print('oh no'); raise SystemExit(1)",
            DEADLINE,
            "ended before it was ready; it printed:\noh no",
        ),
        ("import time; time.sleep(1000)", 1.0, "did not say that it listens within 1 s"),
    ],
)
def test_a_server_that_does_not_get_ready(
    tmp_path: Path, code: str, timeout: float, message: str
) -> None:
    server = running_server(write(tmp_path, code), timeout=timeout)
    with pytest.raises(ServerNotReadyError) as error, server:
        pass
    assert message in str(error.value)
    assert not psutil.pid_exists(server.pid)


def test_sigterm_lets_a_server_tidy_up_and_its_children_go_too(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        import os, signal, sys, time
        child = os.fork()
        if child == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(1000)
        def tidy(*_):
            print("tidied", sys.argv[1], os.environ["MINE"])
            raise SystemExit(5)
        signal.signal(signal.SIGTERM, tidy)
        print("ready", child, "at 4711")
        time.sleep(1000)
        """,
    )
    with running_server(path, "yes", ready=r"at (\d+)", env={"MINE": "also"}) as server:
        assert server.port == 4711
        child = int(server.log[0].split()[1])
    assert server.stop() == 5
    assert server.log[-1] == "tidied yes also"
    assert not psutil.pid_exists(child)


def test_a_deaf_server_is_ended_all_the_same(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("listening on 127.0.0.1:1")
        while True: pass
        """,
    )
    with running_server(path) as server:
        pass
    assert server.stop() == -signal.SIGKILL


def test_misuse_is_answered_in_words() -> None:
    with pytest.raises(FileNotFoundError, match="one of old_selectors, select_echo"):
        running_server("no_such_server")
    server = running_server("select_echo")
    assert repr(server) == "<server select_echo: not started>"
    with pytest.raises(RuntimeError, match="has not been started: write"):
        _ = server.port
    with pytest.raises(TypeError, match="no server: give what running_server"):
        address_of("127.0.0.1:80")  # type: ignore[arg-type]
    assert server.stop() is None
    with server:
        with pytest.raises(RuntimeError, match="started already"):
            server.start()
        with pytest.raises(TimeoutError, match=r"still runs after 0\.01 s"):
            server.wait(0.01)
    assert isinstance(server, RunningServer)
    assert find_program("selectors_echo").parent.name == "demos"
