"""FTPS: explicit and implicit, data protected and clear, and what must not get through."""

from __future__ import annotations

import contextlib
import ftplib
import io
import os
import socket
import ssl

import pytest
import trustme
from certificates import client_context
from patience import HANG


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        str(path)
    )
    return path


@pytest.fixture
def context(authority):
    context = client_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def tls_server(serve, certificate):
    return lambda *options: serve("--tls-cert", str(certificate), *options)


def secure_client(server, context):
    ftp = ftplib.FTP_TLS(context=context, timeout=HANG)
    ftp.connect("127.0.0.1", server.port)
    ftp.login("anna", "s3cret")
    ftp.voidcmd("TYPE I")
    return ftp


def test_ftplib_uploads_resumes_lists_and_downloads(tls_server, context):
    server = tls_server()
    data = os.urandom(3_000_000)
    with secure_client(server, context) as ftp:
        for protect in (ftp.prot_p, ftp.prot_c, ftp.prot_p):
            protect()
            ftp.storbinary("STOR file", io.BytesIO(data))
            ftp.storbinary("STOR file", io.BytesIO(data[2_000_000:]), rest=2_000_000)
            got = io.BytesIO()
            ftp.retrbinary("RETR file", got.write, rest=1_000_000)
            assert got.getvalue() == data[1_000_000:]
            assert (server.root / "file").read_bytes() == data
            assert ftp.nlst() == ["file"]
        with pytest.raises(ftplib.error_perm, match=r"^533 "):
            ftp.ccc()
    server.wait_idle()


def test_limits_of_speed_hold_for_protected_data_too(tls_server, context):
    server = tls_server("--upload-rate", "40 MB", "--download-rate", "40 MB")
    data = os.urandom(2_000_000)
    with secure_client(server, context) as ftp:
        ftp.prot_p()
        ftp.storbinary("STOR file", io.BytesIO(data))
        got = io.BytesIO()
        ftp.retrbinary("RETR file", got.write)
    assert got.getvalue() == data == (server.root / "file").read_bytes()


def test_curl_and_lftp_with_certificate_check(tls_server, authority, tool, tmp_path):
    server = tls_server("--tls-required", "data")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    data = os.urandom(2_000_000)
    (tmp_path / "file").write_bytes(data)
    options = ["-sS", "--ssl-reqd", "--cacert", str(tmp_path / "ca.pem"), "-u", "anna:s3cret"]
    done = tool("curl", *options, "-T", str(tmp_path / "file"), server.url)
    assert done.returncode == 0, done.stderr
    assert (server.root / "file").read_bytes() == data
    assert tool("curl", *options, f"{server.url}file").stdout == data
    script = (
        f"set ssl:ca-file {tmp_path}/ca.pem; set ftp:ssl-force yes; set ftp:ssl-protect-data yes;"
        f"set net:max-retries 1; set cmd:fail-exit yes; get file -o {tmp_path}/got;"
        f"put {tmp_path}/file -o put; ls; quit"
    )
    done = tool("lftp", "-u", "anna,s3cret", "-e", script, server.url.rstrip("/"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "got").read_bytes() == (server.root / "put").read_bytes() == data


def test_uploads_of_a_client_that_closes_at_once_are_whole(tls_server, context):
    """Nothing may be sent to it after the handshake: it would answer by a reset (see tls.wrap)."""
    server = tls_server()
    data = os.urandom(2_000_000)
    with secure_client(server, context) as ftp:
        ftp.prot_p()
        for _ in range(5):
            host, port = ftp.makepasv()
            plain = socket.create_connection((host, port), 20)
            ftp.putcmd("STOR file")
            with context.wrap_socket(plain, server_hostname=host) as sock:
                sock.sendall(data)
                sock.setblocking(False)
                with contextlib.suppress(ssl.SSLWantReadError):
                    sock.unwrap()
            assert ftp.getresp()[:3] == "150"
            assert ftp.getresp()[:3] == "226"
            assert (server.root / "file").read_bytes() == data


def test_implicit_tls(tls_server, authority, tool, tmp_path):
    server = tls_server("--tls-implicit")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (server.root / "file").write_bytes(b"implicit")
    url = f"ftps://127.0.0.1:{server.port}/file"
    done = tool("curl", "-sS", "--cacert", str(tmp_path / "ca.pem"), "-u", "anna:s3cret", url)
    assert (done.stdout, done.returncode) == (b"implicit", 0), done.stderr


def test_what_follows_auth_in_plain_text_is_not_read(tls_server):
    server = tls_server()
    with socket.create_connection(("127.0.0.1", server.port), 20) as sock:
        lines = sock.makefile("rb")
        assert lines.readline().startswith(b"220 ")
        sock.sendall(b"AUTH TLS\r\nUSER anna\r\n")
        assert lines.read().split(b"\r\n")[0][:4] == b"421 "


@pytest.mark.parametrize("junk", [b"", b"USER anna\r\n"])
def test_a_broken_handshake_ends_its_own_session_only(tls_server, context, junk):
    server = tls_server()
    with socket.create_connection(("127.0.0.1", server.port), 20) as sock:
        sock.sendall(b"AUTH TLS\r\n")
        with sock.makefile("rb") as lines:
            assert lines.readline().startswith(b"220 ")
            assert lines.readline().startswith(b"234 ")
        if junk:
            sock.sendall(junk)
            with contextlib.suppress(ConnectionResetError):
                assert b"331" not in sock.recv(1000)
        with secure_client(server, context) as other:  # the stalled one blocks nobody
            assert other.voidcmd("NOOP")[:3] == "200"
    server.wait_idle()


def test_tls_can_be_demanded_for_login_and_for_data(tls_server, context):
    server = tls_server("--tls-required", "data")
    with pytest.raises(ftplib.error_perm, match=r"^530 "):
        server.client()
    server.close_clients()
    with secure_client(server, context) as ftp:
        ftp.makepasv()
        with pytest.raises(ftplib.error_perm, match=r"^521 "):
            ftp.sendcmd("LIST")
        ftp.prot_p()
        assert ftp.nlst() == []
        with pytest.raises(ftplib.error_perm, match=r"^534 "):
            ftp.prot_c()


def test_session_reuse_can_be_demanded(tls_server, context):
    """ftplib never reuses a session, so it is refused; one that does is served."""
    server = tls_server("--tls-session-reuse")
    (server.root / "file").write_bytes(b"reused")
    ftp = secure_client(server, context)
    ftp.prot_p()
    with pytest.raises((ftplib.Error, OSError, EOFError)):
        ftp.nlst()
    ftp.close()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with secure_client(server, context) as ftp:
        ftp.prot_p()
        host, port = ftp.makepasv()
        plain = socket.create_connection((host, port), 20)
        ftp.putcmd("RETR file")
        session = ftp.sock.session
        with context.wrap_socket(plain, server_hostname=host, session=session) as data:
            assert data.session_reused
            assert data.recv(100) == b"reused"
        assert ftp.getresp()[:3] == "150"
        assert ftp.getresp()[:3] == "226"


def test_an_upload_that_is_cut_below_tls_is_not_believed(tls_server, context):
    server = tls_server()
    with secure_client(server, context) as ftp:
        ftp.prot_p()
        data = ftp.transfercmd("STOR file")
        data.sendall(b"all of it, or is it?")
        socket.socket.shutdown(data, socket.SHUT_WR)  # a FIN that anybody in between could send
        with pytest.raises(ftplib.error_temp, match=r"^426 "):
            ftp.voidresp()
        data.close()
    assert list(server.root.iterdir()) == []
