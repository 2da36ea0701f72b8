"""Watched reads: what is recorded of each model, on this system and on one that lacks it."""

from __future__ import annotations

import select
import socket
import time

import pytest

from labsupport.exhibits.io_models.reads import KNOWN, NotOfferedError, ReadWatch, watch_read
from labsupport.exhibits.io_models.reads_picture import show_reads
from labsupport.exhibits.io_models.uring import Ring


def blocking(connection: socket.socket, watch: ReadWatch) -> bytes:
    data: bytes = watch.call("recv", connection.recv, 65536)
    return data


def multiplexing(connection: socket.socket, watch: ReadWatch) -> bytes:
    watch.call("select", select.select, [connection], [], [])
    return blocking(connection, watch)


def polling(connection: socket.socket, watch: ReadWatch) -> bytes:
    connection.setblocking(False)
    while True:
        try:
            return blocking(connection, watch)
        except BlockingIOError:
            watch.work()


def completion(connection: socket.socket, watch: ReadWatch) -> bytes:
    memory = bytearray(65536)
    with Ring() as ring:
        watch.call("io_uring_enter", ring.receive, connection, memory)
        while (size := ring.done()) is None:
            watch.work()
    return bytes(memory[:size])


def test_who_sleeps_and_who_copies_comes_from_the_recorded_calls() -> None:
    one, two, many = (watch_read(model, delay=0.03) for model in (blocking, multiplexing, polling))
    assert (one.steps, one.sleeper) == ("recv", "recv")
    assert (two.steps, two.sleeper) == ("select → recv", "select")
    assert repr(two) == "asleep in select; a second call copies"
    assert many.sleeper == ""
    assert many.again >= 1
    assert many.calls[-1].outcome == "data"
    assert all(watch.start < watch.sent < watch.end for watch in (one, two, many))


def test_the_kernel_reads_by_itself_or_the_reason_is_named_and_the_words_are_the_same() -> None:
    watch = watch_read(completion, delay=0.03)
    assert repr(watch) == KNOWN["completion"]
    assert watch.missing or (len(watch.calls) == 1 and not watch.copied_by_call)


def test_a_model_that_is_not_offered_is_drawn_with_the_reason_and_has_the_usual_words() -> None:
    def signal_driven(connection: socket.socket, watch: ReadWatch) -> bytes:
        raise NotOfferedError("no SIGIO here")

    picture = show_reads(watch_read(signal_driven), watch_read(blocking, delay=0.01))
    assert "Not run: no SIGIO here." in picture.svg
    assert repr(picture).splitlines()[0].endswith(KNOWN["signal_driven"])


def test_a_model_that_loses_bytes_is_told_so() -> None:
    def hasty(connection: socket.socket, watch: ReadWatch) -> bytes:
        return blocking(connection, watch)[:5]

    with pytest.raises(RuntimeError, match="hasty returned 5 bytes, not the 32768"):
        watch_read(hasty, delay=0.01)


def test_the_picture_moves_only_for_who_wants_motion_and_holds_no_number_in_its_words() -> None:
    picture = show_reads(watch_read(blocking, delay=0.01), title="One read")
    before, moving = picture.svg.split("@media (prefers-reduced-motion:no-preference)")
    assert "animation:" not in before
    assert "animation:" in moving
    assert not any(letter.isdigit() for letter in repr(picture))
    with pytest.raises(ValueError, match="at least one read"):
        show_reads()


def test_a_ring_reports_data_and_the_end_of_a_connection() -> None:
    near, far = socket.socketpair()
    with near, far:
        for send, expected in ((b"abc", 3), (b"", 0)):
            if send:
                far.sendall(send)
            else:
                far.close()
            memory = bytearray(10)
            try:
                with Ring() as ring:
                    ring.receive(near, memory)
                    until = time.monotonic() + 5
                    while (size := ring.done()) is None and time.monotonic() < until:
                        pass
            except NotOfferedError as error:
                pytest.skip(str(error))
            assert size == expected
            assert memory[:3] == send.ljust(3, b"\0")
