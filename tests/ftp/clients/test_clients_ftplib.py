"""Python's ftplib, and ftputil, which makes a file system of it."""

from __future__ import annotations

import ftplib
import io
import os

import ftputil
import ftputil.session
import pytest
from certificates import client_context
from patience import HANG
from samples import contents, hash_of, make_file, make_tree


class ReusingTls(ftplib.FTP_TLS):
    """ftplib never resumes the TLS session on data connections; programs do it in this way."""

    def ntransfercmd(self, cmd, rest=None):
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return (
            self.context.wrap_socket(
                connection, server_hostname=self.host, session=self.sock.session
            ),
            size,
        )


def trusting(site):
    return client_context(site.ca)


@pytest.fixture
def ftp(site, here):
    if site.tls:
        client = ftplib.FTP_TLS(context=trusting(site), timeout=HANG)
    else:
        client = ftplib.FTP(timeout=HANG)
    client.connect(site.host, site.port)
    client.login(site.user, site.password)
    if site.tls:
        client.prot_p()
    yield client
    client.close()


def test_a_working_day(ftp, site, here):
    wanted = make_file(here / "f", 3_000_000)
    ftp.mkd("a dir")
    assert ftp.cwd("a dir").startswith("250")
    assert ftp.pwd() == "/a dir"
    with (here / "f").open("rb") as file:
        assert ftp.storbinary("STOR f", file).startswith("226")
    assert ftp.size("f") == 3_000_000
    assert ftp.nlst() == ["f"]
    [(name, facts)] = list(ftp.mlsd(facts=["type", "size"]))
    assert (name, facts) == ("f", {"type": "file", "size": "3000000"})
    lines = []
    ftp.dir(lines.append)
    assert lines[0].split()[4] == "3000000"
    got = io.BytesIO(b"x" * 1_000_000)
    got.seek(0, io.SEEK_END)
    ftp.retrbinary("RETR f", got.write, rest=1_000_000)
    assert got.getvalue()[1_000_000:] == (here / "f").read_bytes()[1_000_000:]
    ftp.rename("f", "/g")
    assert hash_of(site.root / "g") == wanted
    ftp.storlines("STOR text", io.BytesIO(b"one\ntwo\n"))
    lines = []
    ftp.retrlines("RETR text", lines.append)
    assert lines == ["one", "two"]
    ftp.delete("text")
    ftp.cwd("..")
    ftp.rmd("a dir")
    assert ftp.sendcmd("NOOP").startswith("200")
    assert ftp.quit().startswith("221")
    assert contents(site.root) == {"g": wanted}


@pytest.mark.parametrize("passive", [True, False], ids=["passive", "active"])
def test_both_modes_and_an_abort(ftp, site, passive):
    ftp.set_pasv(passive)
    make_file(site.root / "f", 20_000_000)
    got = io.BytesIO()
    ftp.retrbinary("RETR f", got.write)
    assert len(got.getvalue()) == 20_000_000
    connection = ftp.transfercmd("RETR f")
    connection.recv(1000)
    if not site.tls:  # under TLS urgent data would break the encryption
        assert ftp.abort()[:3] in ("426", "226", "225")
        assert ftp.getmultiline()[:3] in ("226", "225")
    connection.close()


def test_errors_have_their_classes(ftp):
    with pytest.raises(ftplib.error_perm, match="550"):
        ftp.size("missing")
    with pytest.raises(ftplib.error_perm, match="550"):
        ftp.cwd("missing")
    with pytest.raises(ftplib.error_perm, match="5"):
        ftp.sendcmd("FROB")


def test_sessions_resumed_by_programs(sites):
    site = sites["tls"]
    client = ReusingTls(context=trusting(site), timeout=HANG)
    client.connect(site.host, site.port)
    client.login(site.user, site.password)
    client.prot_p()
    client.storbinary("STOR f", io.BytesIO(b"again"))
    assert client.nlst() == ["f"]
    client.quit()
    client.close()
    site.clean()


@pytest.fixture
def host(site, here):
    plain = ftputil.session.session_factory(port=site.port)
    factory = _tls_factory(site) if site.tls else plain
    with ftputil.FTPHost(site.host, site.user, site.password, session_factory=factory) as made:
        yield made


def _tls_factory(site):
    class Session(ftplib.FTP_TLS):
        def __init__(self, host, user, password):
            super().__init__(context=trusting(site))
            self.connect(host, site.port)
            self.login(user, password)
            self.prot_p()

    return Session


def test_ftputil_is_a_file_system(host, site, here):
    wanted = make_tree(here / "tree")
    for folder, _, names in os.walk("tree"):
        host.makedirs(folder, exist_ok=True)
        for name in names:
            host.upload(os.path.join(folder, name), f"{folder}/{name}")  # noqa: PTH118
    assert contents(site.root / "tree") == wanted
    for name in ("one", "a dir/b c"):
        os.utime(site.root / "tree" / name, (1_700_000_060, 1_700_000_060))
    host.stat_cache.clear()
    host.set_time_shift(0.0)  # times of LIST are UTC
    walked = {f"{folder}/{name}" for folder, _, names in host.walk("tree") for name in names}
    assert walked == {f"tree/{name}" for name, text in wanted.items() if text != "/"}
    assert host.path.isdir("tree/empty")
    assert host.path.getsize("tree/one") == 20_000
    assert abs(host.path.getmtime("tree/one") - 1_700_000_060) < 86_400  # LIST: a day
    with host.open("tree/text", "w", encoding="utf-8") as file:
        file.write("one\ntwo\n")
    with host.open("tree/text", encoding="utf-8") as file:
        assert file.readlines() == ["one\n", "two\n"]
    with host.open("tree/one", "rb", rest=19_000) as file:
        assert len(file.read()) == 1000
    host.rename("tree/text", "text")
    host.chmod("text", 0o600)
    assert host.lstat("text").st_mode & 0o777 == 0o600
    host.remove("text")
    host.rmtree("tree")
    assert contents(site.root) == {}
