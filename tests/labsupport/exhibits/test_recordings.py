"""Films of servers on selectors, with the two servers that lesson 13 films."""

from __future__ import annotations

from collections.abc import Generator

from labsupport.demos import old_selectors, selectors_echo
from labsupport.exhibits.film.recording_picture import show_film
from labsupport.exhibits.film.selectors_recording import film_selectors
from labsupport.network import hostile
from labsupport.network.script import Stage
from labsupport.network.servers import running_server

DEADLINE = 30.0  # seconds; only ever used up on failure


def visits(stage: Stage) -> Generator[None, None, None]:
    ada, bob = stage.connect("ada"), stage.connect("bob")
    yield
    ada.send(b"hello")
    bob.send(b"bye")
    bob.half_close()
    yield
    assert bob.receive() == b"BYE"
    ada.reset()
    yield


def test_the_film_shows_who_was_ready_what_ran_and_what_waits() -> None:
    seen = film_selectors(selectors_echo.serve, visits)
    assert seen.ending == "quiet"
    assert seen[1].ran == ("on_connection()",)
    assert seen[3].readable == ("ada", "bob")
    assert seen[3].writable == ()
    assert seen[3].buffers == {"ada": b"HELLO", "bob": b"BYE"}
    assert seen[4].writable == ("ada", "bob")
    assert seen[4].ran == ("on_event(ada)", "on_event(bob)", "closed: bob")
    assert seen[4].buffers == {"ada": b""}
    assert len(seen) == 5
    assert "on_event(ada)" in show_film(seen).svg


def test_the_old_server_dies_of_a_reset_and_of_a_full_buffer() -> None:
    seen = film_selectors(old_selectors.serve, visits)
    assert seen.ending == "ConnectionResetError, the server is dead"
    assert seen.turns[-1].ran == ("read(ada)",)
    with running_server("old_selectors") as server:
        with hostile.never_reads(server):
            assert server.wait(DEADLINE) == 1
        assert server.wait_for_line("^BlockingIOError", DEADLINE)
