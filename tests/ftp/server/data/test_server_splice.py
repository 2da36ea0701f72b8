"""Uploads through the pipe: whole, in order, and never with bytes of another one."""

from __future__ import annotations

import errno
import os
import socket

import pytest
from raw_client import RawClient

from ftp_project.files.errors import NoSpaceError, QuotaError
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.receiving import receive_file
from ftp_project.server.data.splice import CAPACITY, CopyBuffer, SplicePipe, make_file_writer

DATA = bytes(range(256)) * 1200  # more than a pipe of the usual size holds


@pytest.fixture
def ends():
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, socket.create_connection(listener.getsockname()) as client:
        ours, _ = listener.accept()
        with ours:
            yield ours, client


@pytest.fixture(params=["pipe", "buffer", "no splice to files", "no splice from sockets"])
def writer(request, monkeypatch):
    splice = os.splice

    def partly(src, dst, *rest):
        from_pipe = src == writer._out
        if from_pipe == (request.param == "no splice to files"):
            raise OSError(errno.EINVAL, "cannot")
        return splice(src, dst, *rest)

    if request.param == "buffer":
        writer = CopyBuffer(memoryview(bytearray(1 << 16)))
    else:
        writer = SplicePipe()
        if request.param != "pipe":
            monkeypatch.setattr(os, "splice", partly)
    yield writer
    writer.close()


@pytest.fixture
def stored(tmp_path):
    fd = os.open(tmp_path / "stored", os.O_RDWR | os.O_CREAT)
    yield fd
    os.close(fd)


def move(writer, ours, fd, most=CAPACITY):
    count = writer.read_from_socket(ours, most)
    if count:
        writer.write_to_file(fd, count)
    return count


def content(fd):
    return os.pread(fd, 1 << 22, 0)


def test_all_bytes_arrive_in_order_from_an_offset_on_and_no_more_at_once_than_allowed(
    writer, ends, stored
):
    ours, client = ends
    os.write(stored, b"abcdef")
    os.lseek(stored, 3, os.SEEK_SET)
    client.sendall(b"12345")
    assert [move(writer, ours, stored, 2) for _ in range(2)] == [2, 2]
    client.sendall(DATA[: 1 << 17])
    client.shutdown(socket.SHUT_WR)
    while move(writer, ours, stored):
        pass
    assert content(stored) == b"abc12345" + DATA[: 1 << 17]


def test_what_cannot_be_written_is_told_and_never_found_by_the_next_upload(writer, ends, stored):
    ours, client = ends
    client.sendall(DATA[: 1 << 15])
    full = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(NoSpaceError):
        writer.write_to_file(full, writer.read_from_socket(ours, 1 << 14))
    os.close(full)
    writer.discard()
    client.sendall(b"the next one")
    client.shutdown(socket.SHUT_WR)
    while move(writer, ours, stored):
        pass
    assert content(stored) == DATA[1 << 14 : 1 << 15] + b"the next one"


def test_an_upload_that_its_quota_ends_leaves_an_empty_pipe(ends, stored):
    ours, client = ends
    ours.setblocking(False)
    client.sendall(b"too much")

    def take(count):
        raise QuotaError

    pipe = SplicePipe()
    connection = DataConnection(ours, lambda: 0.0, 10.0)
    with pytest.raises(QuotaError):
        list(receive_file(connection, stored, pipe, take))
    with pytest.raises(BlockingIOError):
        os.read(pipe._out, 1)
    assert connection.moved == 0
    pipe.close()


def test_nothing_to_take_and_a_broken_connection_are_told_apart(writer, ends):
    ours, client = ends
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        writer.read_from_socket(ours, 100)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    with pytest.raises(ConnectionResetError):
        writer.read_from_socket(ours, 100)


def test_without_splice_or_without_descriptors_a_buffer_does_it(monkeypatch):
    def none_left(flags):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "pipe2", none_left)
    assert isinstance(make_file_writer(memoryview(bytearray(9))), CopyBuffer)
    monkeypatch.delattr(os, "splice")
    assert isinstance(make_file_writer(memoryview(bytearray(9))), CopyBuffer)


def test_an_upload_aborted_in_the_middle_adds_nothing_to_those_around_it(server):
    """Three at once through the one pipe; one is aborted, one resumes, one is new."""
    (server.root / "old").write_bytes(b"0123456789")
    with RawClient(server) as one, RawClient(server) as two, RawClient(server) as three:
        for client in (one, two, three):
            client.log_in()
        assert three.ask(b"REST 4")[:3] == b"350"
        data = [client.connect_data() for client in (one, two, three)]
        for client, command in ((one, b"STOR a"), (two, b"STOR b"), (three, b"STOR old")):
            assert client.ask(command)[:3] == b"150"
        for step in range(0, len(DATA), 1 << 15):
            for sock, byte in zip(data[:2], (b"a", b"b"), strict=True):
                sock.sendall(byte * len(DATA[step : step + (1 << 15)]))
        one.send(b"ABOR")
        assert one.replies(2) == ["426", "226"]
        data[2].sendall(b"resumed")
        for sock in data:
            sock.close()
        assert [two.reply()[:3], three.reply()[:3]] == [b"226", b"226"]
    assert (server.root / "b").read_bytes() == b"b" * len(DATA)
    assert (server.root / "old").read_bytes() == b"0123resumed"
    assert not (server.root / "a").exists()
