"""The eight steps of lesson 12's server: what each can do, and the client that breaks it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator

import psutil
import pytest

from labsupport.exhibits.film.recording import MOST_TURNS, film
from labsupport.exhibits.film.recording_picture import show_film
from labsupport.exhibits.select_steps.steps import changes, step, step_text
from labsupport.network import hostile
from labsupport.network.load import clients
from labsupport.network.script import Stage
from labsupport.network.servers import RunningServer, running_server

DEADLINE = 30.0  # seconds; only ever used up on failure
QUIET = 0.2  # seconds in which an answer that must not come does not come
MUCH = 8_000_000  # bytes: more than the buffers of both sides hold


def connect(server: RunningServer) -> socket.socket:
    return socket.create_connection(server.address, timeout=DEADLINE)


def ask(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    return connection.recv(100)


def hears_nothing(connection: socket.socket) -> bool:
    connection.settimeout(QUIET)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    return False


def read_all(connection: socket.socket, quiet: float = QUIET) -> bytes:
    """Read until nothing more comes."""
    connection.settimeout(quiet)
    got = b""
    with contextlib.suppress(TimeoutError):
        while len(got) < MUCH:
            got += connection.recv(1 << 20)
    return got


def read_part(connection: socket.socket, size: int) -> None:
    """Read so many bytes, however long they take."""
    while size:
        data = connection.recv(size)
        assert data, f"{size} bytes are missing at the end of the connection"
        size -= len(data)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextlib.contextmanager
def asleep(server: RunningServer) -> Iterator[None]:
    process = psutil.Process(server.pid)
    process.suspend()
    yield
    process.resume()


@pytest.mark.parametrize("number", range(3, 9))
def test_from_step_3_on_many_clients_are_served(number: int) -> None:
    name = f"select_steps/step{number}"
    with running_server(name) as server, connect(server) as first, connect(server) as second:
        assert [ask(second, b"two"), ask(first, b"one")] == [b"TWO", b"ONE"]


def test_step_1_waits_for_clients_and_answers_nobody() -> None:
    with running_server("select_steps/step1") as server, connect(server) as client:
        assert server.wait_for_line("a client has come")
        client.sendall(b"hello")
        assert hears_nothing(client)


def test_step_2_answers_once_and_a_silent_client_stops_it() -> None:
    with running_server("select_steps/step2") as server:
        with connect(server) as client:
            assert ask(client, b"hello") == b"HELLO"
            assert client.recv(1) == b""
        with connect(server), connect(server) as second:
            second.sendall(b"hello")
            assert hears_nothing(second)


def test_step_3_is_held_up_by_a_client_that_never_reads() -> None:
    with running_server("select_steps/step3") as server, hostile.never_reads(server) as rude:
        assert rude.blocked
        with connect(server) as client:
            client.sendall(b"hello")
            assert hears_nothing(client)


def one_leaves(stage: Stage) -> Generator[None, None, None]:
    stage.connect("ada").close()
    yield
    yield


def test_step_4_spins_when_a_client_leaves_and_dies_of_a_reset() -> None:
    seen = film(step(4).serve, one_leaves)
    assert seen.ending == "spins"
    assert len(seen) >= MOST_TURNS
    assert film(step(5).serve, one_leaves).ending == "quiet"
    with running_server("select_steps/step4") as server:
        hostile.reset_in_the_middle(server)
        assert server.wait_for_line("^(ConnectionReset|BrokenPipe)Error", DEADLINE)
        assert server.wait(DEADLINE) == 1


def nobody_comes(stage: Stage) -> Generator[None, None, None]:
    yield


def last_word(stage: Stage) -> Generator[None, None, None]:
    bob = stage.connect("bob")
    yield
    bob.send(b"one last word")
    bob.half_close()
    yield
    stage.note(bob.receive().decode())
    stage.connect("eve")
    yield


def test_a_client_that_has_said_its_last_word_kills_step_5_and_is_cut_off_up_to_step_7() -> None:
    assert film(step(5).serve, last_word).ending == "KeyError, the server is dead"
    for number, heard in ((6, ""), (7, ""), (8, "ONE LAST WORD")):
        seen = film(step(number).serve, last_word)
        assert seen.ending == "quiet"
        assert seen.turns[-1].before == (heard, "eve connects")


def answer_to_much(server: RunningServer, before: float = DEADLINE, quiet: float = QUIET) -> int:
    """Send much, read when it is sent, or `before` is over; return how much came back."""
    with socket.socket() as client:
        client.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 65536
        )  # so that little is on its way
        client.connect(server.address)
        sender = threading.Thread(target=client.sendall, args=(bytes(MUCH),), daemon=True)
        sender.start()
        sender.join(before)
        assert clients(server, n=1, messages=500).all_right  # each lets a turn pass for the other
        total = len(read_all(client, quiet))
        client.settimeout(DEADLINE)
        sender.join(DEADLINE)
        return total


def test_step_6_loses_the_tail_and_takes_everything_and_step_7_does_not() -> None:
    with running_server("select_steps/step6") as server:
        assert answer_to_much(server) < MUCH
        with hostile.never_reads(server, most=3 * MUCH, patience=DEADLINE) as rude:
            assert not rude.blocked
    with running_server("select_steps/step7") as server:
        assert answer_to_much(server, 0.2, DEADLINE) == MUCH
        with hostile.never_reads(server, most=3 * MUCH) as rude:
            assert rude.blocked


def test_step_8_survives_them_all() -> None:
    with running_server("select_steps/step8") as server:
        process = psutil.Process(server.pid)
        assert str(clients(server, n=100, messages=100)) == "100 clients, 10000 replies, all right"
        wait_until(lambda: len(process.net_connections()) == 1)
        before, memory = process.num_fds(), process.memory_info().rss
        for number in range(1000):
            with connect(server) as client:
                if number % 10 == 0:
                    assert ask(client, b"x") == b"X"
        with hostile.connects_and_stays(server, 30) as idle, hostile.never_reads(server) as rude:
            assert rude.blocked
            for _ in range(20):
                hostile.reset_in_the_middle(server)
            assert hostile.byte_by_byte(server, b"abc").reply == b"ABC"
            assert clients(server, n=20, messages=20).all_right
            assert idle.still_connected() == 30
            assert process.memory_info().rss < memory + 20 * 1024 * 1024
        with hostile.connects_and_stays(server, 1100):
            assert server.alive
        wait_until(lambda: process.num_fds() == before)
        assert clients(server, n=5, messages=5).all_right


def test_the_old_final_version_has_four_faults() -> None:
    with running_server("select_steps/old_final") as server:
        with connect(server) as client:
            with asleep(server):
                client.sendall(b"x" * 48 * 1024)
            read_part(client, 32 * 1024)
            assert hears_nothing(client), "it stalls: the wake-up for the last answer is lost"
        assert answer_to_much(server) < MUCH
        with connect(server) as rude, connect(server) as innocent:
            assert ask(innocent, b"me") == b"ME"
            with asleep(server):
                rude.sendall(b"x" * 48 * 1024)
                rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                rude.close()
            assert innocent.recv(1) == b"", "the wrong one is sent away"
    with running_server("select_steps/old_final") as server:
        bob, other = connect(server), connect(server)
        with bob, other, asleep(server):
            bob.sendall(b"bye")
            bob.shutdown(socket.SHUT_WR)
            process = psutil.Process(server.pid)
            process.resume()
            other.sendall(b"hello")
            assert hears_nothing(other), "queue.get() waits for ever"


def test_films_and_changes_are_shown_in_words() -> None:
    seen = film(step(8).serve, last_word)
    assert str(seen[1]).split() == ["read", "listener", "accept()", "bob", "0"]
    assert seen[2].buffers == {"bob": b"ONE LAST WORD"}
    with pytest.raises(IndexError, match="turns 1 to"):
        _ = seen[0]
    picture = show_film(seen)
    assert repr(picture) == str(seen)
    assert "turn 4" in picture.svg
    with pytest.raises(ValueError, match="has no turn"):
        show_film(film(step(8).serve, nobody_comes))
    assert "+                connections.append(connection)" in changes(3)
    for wrong in (0, 9):
        with pytest.raises(ValueError, match="steps 1 to 8"):
            step_text(wrong)
    with pytest.raises(ValueError, match="the beginning"):
        changes(1)
