"""get, put and ls against our own server: trees, resume, TLS, users, mistakes."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys

import pytest
from patience import HANG
from trees import hashes_of, make_tree


def url(server, path="", scheme="ftp"):
    return f"{scheme}://anna:s3cret@{server.address}/{path}"


def test_a_tree_goes_up_and_comes_back(ftp, server, tmp_path):
    tree = tmp_path / "tree"
    wanted = make_tree(tree, os.fsdecode(b"telnet \xff\xff\xf4"))
    done = ftp("put", tree, url(server, "up/"))
    assert "14 files" in done.out
    assert hashes_of(server.root / "up" / "tree") == wanted
    ftp("get", url(server, "up/tree"), "back")
    assert hashes_of(tmp_path / "here" / "back") == wanted
    ftp("get", url(server, "up/tree/"), url(server, "up/tree/sub"), tmp_path)  # into a directory
    assert hashes_of(tmp_path / "tree") == wanted
    assert (tmp_path / "sub" / "inner").exists()
    ftp("put", "-P", 1, tree / "plain", url(server, "up/renamed"))
    assert (server.root / "up" / "renamed").read_bytes() == (tree / "plain").read_bytes()
    ftp("put", url(server, "up"), tree / "sub", tree / "-dash")  # the URL first, an old directory
    assert {"sub", "-dash"} <= {path.name for path in (server.root / "up").iterdir()}


def test_a_large_file_both_ways(ftp, server, tmp_path):
    data = os.urandom(1 << 20) * 24
    (tmp_path / "large").write_bytes(data)
    ftp("put", tmp_path / "large", url(server))
    ftp("get", "-o", "again", url(server, "large"))
    assert (tmp_path / "here" / "again").read_bytes() == data
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["again"]


@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
def test_the_same_under_tls(ftp, serve, certificates, tmp_path, implicit):
    options = ["--tls-implicit"] if implicit else ["--tls-required", "data"]
    server = serve("--tls-cert", str(certificates.server), "--tls-session-reuse", *options)
    how = ["--ca", certificates.ca] + ([] if implicit else ["--tls"])
    scheme = "ftps" if implicit else "ftp"
    wanted = make_tree(tmp_path / "tree")
    (tmp_path / "tree" / "large").write_bytes(os.urandom(5_000_000))
    wanted = hashes_of(tmp_path / "tree")
    ftp("put", *how, tmp_path / "tree", url(server, "", scheme))
    assert hashes_of(server.root / "tree") == wanted
    ftp("get", *how, url(server, "tree", scheme))
    assert hashes_of(tmp_path / "here" / "tree") == wanted
    no_trust = [] if implicit else ["--tls"]
    assert "not trusted" in ftp("ls", *no_trust, url(server, "", scheme), status=1).err
    assert ftp("ls", "-k", *no_trust, url(server, "", scheme)).out == "tree/\n"


def test_resume_goes_on_where_it_stopped(ftp, server, tmp_path):
    data = os.urandom(300_000)
    here = tmp_path / "here"
    (server.root / "f").write_bytes(data)
    (here / "f.part").write_bytes(data[:299_000])
    assert "1.0 kB" in ftp("get", "-c", url(server, "f")).out
    assert (here / "f").read_bytes() == data
    assert "is here already" in ftp("get", "-c", url(server, "f")).out
    (here / "f").write_bytes(data[:298_000])  # another program's way: no .part
    assert "2.0 kB" in ftp("get", "-c", url(server, "f")).out
    assert (here / "f").read_bytes() == data
    (here / "f").write_bytes(data + b"more")
    assert "is larger" in ftp("get", "-c", url(server, "f"), status=1).err
    assert (here / "f").read_bytes() == data + b"more"
    (here / "f.part").write_bytes(b"something else")
    ftp("get", url(server, "f"))  # without --resume: from the beginning
    assert (here / "f").read_bytes() == data
    (server.root / "f").write_bytes(data[:100_000])
    assert "200.0 kB" in ftp("put", "--resume", "f", url(server)).out
    assert (server.root / "f").read_bytes() == data
    assert "is there already" in ftp("put", "-c", "f", url(server)).out
    (server.root / "f").write_bytes(data + b"more")
    assert "is larger" in ftp("put", "-c", "f", url(server), status=1).err


def test_listings(ftp, server):
    (server.root / "d" / "e").mkdir(parents=True)
    (server.root / "d" / "f").write_bytes(b"12345")
    os.utime(server.root / "d" / "f", (951782399, 951782399))
    (server.root / "\x1b[2J").touch()
    assert ftp("ls", url(server)).out == "\\x1b[2J\nd/\n"
    assert ftp("ls", "-R", url(server, "d")).out == "e/\nf\n"
    line = ftp("ls", "--long", url(server, "d/f")).out
    assert line.split() == ["file", "5", "2000-02-28", "23:59", "f"]
    both = ftp("ls", url(server, "d"), url(server, "d/e")).out
    assert both.startswith(f"ftp://{server.address}/d:\ne/\nf\nftp://")


def test_one_failure_does_not_stop_the_others(ftp, server, tmp_path):
    (server.root / "good").write_bytes(b"good")
    (tmp_path / "here" / "bad").mkdir()
    (server.root / "bad").write_bytes(b"bad")
    done = ftp(
        "get", url(server, "missing"), url(server, "bad"), url(server, "good"), ".", status=1
    )
    assert "missing: no such file or directory on the server" in done.err
    assert "bad is a directory" in done.err
    assert "2 failed" in done.err
    assert (tmp_path / "here" / "good").read_bytes() == b"good"
    assert not list((tmp_path / "here").glob("*.part"))


def test_ipv6(ftp, serve, tmp_path):
    server = serve("--host", "::1")
    (tmp_path / "here" / "f").write_bytes(b"six")
    ftp("put", "f", url(server))
    assert (server.root / "f").read_bytes() == b"six"


def test_the_user_comes_from_netrc_or_the_terminal(ftp, server, home, monkeypatch):
    plain = f"ftp://{server.address}/"
    assert "530" in ftp("ls", plain, status=1).err  # anonymous is not let in
    (home / ".netrc").write_text("machine 127.0.0.1 login anna password s3cret\n")
    (home / ".netrc").chmod(0o600)
    ftp("ls", plain)
    ftp("ls", f"ftp://anna@{server.address}/")
    assert "no password for otto" in ftp("ls", f"ftp://otto@{server.address}/", status=2).err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "wrong")
    assert "530" in ftp("ls", f"ftp://otto@{server.address}/", status=1).err
    (home / ".netrc").write_text("machine\n")
    assert ".netrc cannot be used" in ftp("ls", plain, status=2).err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["get"], "Missing argument"),
        (["get", "here.txt"], "no FTP URL"),
        (["get", "ftp://h/a", "ftp://h/b", "nowhere"], "no directory"),
        (["get", "ftp://h/a", "no/where"], "does not exist"),
        (["get", "ftp://h/a", "x", "-o", "y"], "leave one out"),
        (["get", "-P", "0", "ftp://h/a"], "--parallel"),
        (["put", "ftp://h/a"], "put needs"),
        (["put", "missing", "ftp://h/"], "does not exist"),
        (["put", "ftp://h/a", "ftp://h/b"], "is a URL"),
        (["ls", "--tls", "ftps://h/"], "use one of them"),
        (["ls", "-k", "ftp://h/"], "need TLS"),
        (["ls", "--tls", "--ca", "missing", "ftp://h/"], "cannot read missing"),
        (["ls", "--tls", "--ca", "/dev/null", "ftp://h/"], "no certificate"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(ftp, words, sentence):
    done = ftp(*words, status=2)
    assert sentence in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_a_terminal_sees_bars(server, tmp_path):
    (server.root / "file").write_bytes(b"x" * 3_000_000)
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "ftp_project", "get", url(server, "file"), str(tmp_path)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        command, stdout=slave, stderr=slave, stdin=slave, env=environment, close_fds=True
    )
    os.close(slave)
    shown = b""
    while select.select([master], [], [], 60)[0]:
        try:
            piece = os.read(master, 1 << 16)
        except OSError:  # EIO: the last one has closed the terminal
            break
        if not piece:
            break
        shown += piece
    os.close(master)
    assert process.wait(HANG) == 0
    assert "━" in shown.decode()
    assert "3.0/3.0 MB" in shown.decode()
    assert (tmp_path / "file").stat().st_size == 3_000_000
