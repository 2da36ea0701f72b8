"""What can go wrong below a session: a full disk, things that are no files, files that change."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shutil
import signal
import socket
import subprocess

import pytest
from crowd import ask
from live_server import FtpServer, wait_until
from patience import HANG

MIB = 1 << 20


@pytest.fixture(params=["tmpfs", "limit"])
def small_disk(request, tmp_path, program):
    """A server whose disk takes 1 MiB, and the code of its replies when that is used up.

    Once as a file system of that size, for which one must be root; once as a limit of the process
    (RLIMIT_FSIZE, setrlimit(2)), which counts for each file.
    """
    root = tmp_path / "root"
    root.mkdir()
    mounted = request.param == "tmpfs"
    if mounted:
        words = [program("mount"), "-t", "tmpfs", "-o", f"size={MIB}", "small", str(root)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=HANG, check=False)
        if done.returncode:
            pytest.skip(f"no right to mount: {done.stderr.strip()}")
    server = None
    try:
        server = FtpServer(root)
        if not mounted:
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (MIB, MIB))
        yield server, "452" if mounted else "552"
        server.stop()
    finally:
        if server is not None:
            server.kill()
        if mounted:
            subprocess.run([program("umount"), str(root)], timeout=HANG, check=True)


def offer(ftp, command, data):
    """Send ``data`` with an upload command; return the final answer."""
    # A broken connection: the server has seen that it is no use.
    with ftp.transfercmd(command) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(data)
    return ftp.getmultiline()


def test_a_full_disk_is_told_leaves_nothing_and_the_session_goes_on(small_disk):
    server, code = small_disk
    with server.client() as ftp:
        for command in ("STOR large", "STOU"):
            assert offer(ftp, command, bytes(2 * MIB))[:3] == code
            assert list(server.root.iterdir()) == []
        ftp.storbinary("STOR small", io.BytesIO(b"content"))
        # What is written in place keeps what came, so that it can be resumed (RFC 3659 5).
        assert offer(ftp, "APPE small", bytes(2 * MIB))[:3] == code
        assert (server.root / "small").read_bytes()[:8] == b"content\0"
        assert ftp.delete("small")[:3] == "250"
        ftp.storbinary("STOR again", io.BytesIO(bytes(MIB // 2)))
    assert [path.name for path in server.root.iterdir()] == ["again"]


def test_logs_that_cannot_be_written_or_opened_anew_end_no_session(serve, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    server = serve(
        "--log-level", "debug", "--log-file", str(folder / "log"),
        "--xferlog", str(folder / "xferlog"),
    )  # fmt: skip
    with server.client() as ftp, (folder / "log").open() as written:
        shutil.rmtree(folder)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "cannot reopen a log" in written.read(), "it is told in the old one")
        ftp.storbinary("STOR file", io.BytesIO(b"content"))
        assert "upload" in written.read()
        # From now on no file may grow: as if their disk was full.
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, 1))
        assert ftp.size("file") == 7
        got = []
        ftp.retrbinary("RETR file", got.append)
        assert got == [b"content"]
    server.wait_idle()
    assert "Traceback" not in server.errors.read_text()
    server.kill()


def test_what_is_no_file_is_never_opened(server):
    os.mkfifo(server.root / "fifo")
    (server.root / "directory").mkdir()
    (server.root / "zeros").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as unix:
        folder = os.open(server.root, os.O_RDONLY)
        unix.bind(f"/proc/self/fd/{folder}/socket")  # its own path may be too long (unix(7))
        os.close(folder)
    names = ["directory", "fifo", "socket", "zeros"]
    if os.geteuid() == 0:
        with contextlib.suppress(PermissionError):  # root of a container may not
            os.mknod(server.root / "null", 0o20666, os.makedev(1, 3))
            names.append("null")
    with server.client() as ftp:
        for name in names:
            for command in ("RETR", "STOR", "APPE", "SIZE", "XSHA256"):
                ftp.sendcmd("EPSV")
                assert ask(ftp, f"{command} {name}")[:3] == "550", f"{command} {name}"
        assert sorted(ftp.nlst()) == sorted(names)
        assert all(facts["type"] != "file" for name, facts in ftp.mlsd() if name in names)
    assert [each.name for each in server.root.iterdir() if each.is_file()] == []


@pytest.mark.parametrize("kind", ["A", "I"])
def test_a_file_that_grows_while_it_is_sent_ends_where_it_ended(server, kind):
    size = 32 * MIB  # more than the buffers of a connection take
    with (server.root / "log").open("wb") as file:
        file.truncate(size)
        file.seek(size)
        with server.client() as ftp:
            ftp.voidcmd(f"TYPE {kind}")
            with ftp.transfercmd("RETR log") as data:
                got = len(data.recv(1000))
                while piece := data.recv(MIB):
                    got += len(piece)
                    file.write(b"x" * len(piece))
                    file.flush()
                    assert got <= size
            assert ftp.voidresp()[:3] == "226"
    assert got == size


def test_a_text_that_shrinks_while_it_is_sent_is_told(server):
    (server.root / "text").write_bytes(b"line\n" * 4 * MIB)
    with server.client() as ftp:
        ftp.voidcmd("TYPE A")
        with ftp.transfercmd("RETR text") as data:
            assert data.recv(10)
            os.truncate(server.root / "text", 10)
            while data.recv(MIB):
                pass
        assert ftp.getmultiline()[:3] == "451"


def test_a_directory_may_go_below_a_session_and_below_an_upload(server):
    place = server.root / "place"
    place.mkdir()
    with server.client() as ftp:
        ftp.cwd("place")
        data = ftp.transfercmd("STOR file")
        data.sendall(b"half")
        wait_until(server.temporary_files, "the upload has begun")
        shutil.rmtree(place)
        data.close()
        assert ftp.getmultiline()[:3] == "550"
        for command in ("MLST", "CWD .", "MKD sub", "SIZE file", "MDTM file", "RNFR file"):
            assert ask(ftp, command)[:3] == "550", command
        for command in ("LIST", "MLSD", "NLST", "RETR file", "STOR file", "APPE file", "STOU"):
            ftp.sendcmd("EPSV")
            assert ask(ftp, command)[:3] == "550", command
        assert ftp.pwd() == "/place"  # that is where it was (RFC 959 names no other answer)
        assert ftp.sendcmd("CDUP")[:3] == "250"
        ftp.storbinary("STOR file", io.BytesIO(b"content"))
    assert [path.name for path in server.root.iterdir()] == ["file"]
