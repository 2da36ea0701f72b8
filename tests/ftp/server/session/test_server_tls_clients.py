"""FTPS with other people's clients, with impolite ones, and with certificates that are no good."""

from __future__ import annotations

import datetime
import socket
from functools import partial

import pytest
import trustme
from certificates import Certificates, client_context
from cryptography.hazmat.primitives import serialization
from fork_server import run_program
from patience import HANG
from raw_client import RawClient

from ftp_project.accounts.users import Users
from ftp_project.config import Config
from ftp_project.errors import UsageError
from ftp_project.server.process.run import run


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls_server(serve, certificates):
    return partial(serve, "--tls-cert", str(certificates.server))


def under_tls(client, certificates):
    """Put the control connection of a raw client under TLS."""
    context = client_context(certificates.ca)
    assert client.ask(b"AUTH TLS")[:3] == b"234"
    client.sock = context.wrap_socket(client.sock, server_hostname="localhost")
    return context


@pytest.mark.parametrize("implicit", [False, True])
def test_openssl_talks_to_it(tls_server, certificates, tool, implicit):
    server = tls_server(*(["--tls-implicit"] if implicit else []))
    arguments = ["s_client", "-connect", server.address, "-CAfile", str(certificates.ca)]
    arguments += ["-verify_return_error", "-quiet", "-crlf"]
    if not implicit:
        arguments += ["-starttls", "ftp"]
    said = b"USER anna\nPASS s3cret\nPBSZ 0\nPROT P\nPWD\nQUIT\n"
    done = tool("openssl", *arguments, input=said)
    codes = [line[:3] for line in done.stdout.splitlines() if line[3:4] == b" "]
    assert codes[-6:] == [b"331", b"230", b"200", b"200", b"257", b"221"], done
    old = tool("openssl", *arguments, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", input=said)
    assert old.returncode != 0
    assert b"331" not in old.stdout


@pytest.mark.parametrize("reuse", [False, True])
def test_curl_and_lftp_resume_with_and_without_demanded_session_reuse(
    tls_server, certificates, tool, tmp_path, reuse
):
    server = tls_server("--tls-required", "data", *(["--tls-session-reuse"] if reuse else []))
    content = bytes(range(256)) * 4000
    here, there = tmp_path / "here", server.root / "there"
    here.write_bytes(content)
    there.write_bytes(content[:300_000])
    curl = ["-sS", "--ssl-reqd", "--cacert", str(certificates.ca), "-u", "anna:s3cret", "-C", "-"]
    done = tool("curl", *curl, "-T", str(here), f"{server.url}there")
    assert done.returncode == 0, done.stderr
    assert there.read_bytes() == content
    here.write_bytes(content[:200_000])
    done = tool("curl", *curl, "-o", str(here), f"{server.url}there")
    assert done.returncode == 0, done.stderr
    assert here.read_bytes() == content
    (tmp_path / "more").write_bytes(content[:100_000])
    script = (
        f"set ssl:ca-file {certificates.ca}; set ftp:ssl-force yes; set net:max-retries 1;"
        f"set cmd:fail-exit yes; lcd {tmp_path}; get -c there -o more; put more; ls; quit"
    )
    done = tool("lftp", "-u", "anna,s3cret", "-e", script, server.url.rstrip("/"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "more").read_bytes() == (server.root / "more").read_bytes() == content


def test_a_login_in_plain_text_does_not_count_under_tls(tls_server, certificates):
    server = tls_server()
    with RawClient(server) as ftp:
        ftp.log_in()
        under_tls(ftp, certificates)
        assert ftp.ask(b"PWD")[:3] == b"530"
        ftp.log_in()
        assert ftp.ask(b"PROT P").startswith(b"503 Send PBSZ")
        assert ftp.ask(b"PBSZ 0")[:3] == b"200"
        assert ftp.ask(b"PROT P")[:3] == b"200"
        assert ftp.ask(b"AUTH TLS")[:3] == b"503"
        assert ftp.ask(b"REIN")[:3] == b"220"
        ftp.log_in()
        assert ftp.fetch(b"NLST") == b""  # PROT C again, TLS still on for commands
        assert b"TLS: on" in ftp.ask(b"STAT")


def test_clients_that_never_close_the_tls_layer_hold_nothing(tls_server, certificates):
    server = tls_server()
    (server.root / "file").write_bytes(b"content")
    ftp = RawClient(server)
    context = under_tls(ftp, certificates)
    ftp.log_in()
    assert ftp.ask(b"PBSZ 0")[:3] == b"200"
    assert ftp.ask(b"PROT P")[:3] == b"200"
    plain = ftp.connect_data()
    ftp.send(b"RETR file")
    data = context.wrap_socket(plain, server_hostname="localhost")
    assert data.recv(100) == b"content"
    assert ftp.replies(2) == ["150", "226"]  # though our side of the layer is still open
    assert ftp.ask(b"QUIT")[:3] == b"221"
    server.wait_idle()
    data.close()
    ftp.sock.close()


@pytest.mark.parametrize("implicit", [False, True])
def test_a_client_that_says_nothing_in_the_handshake_is_let_go(tls_server, implicit):
    options = ["--login-timeout", "100", *(["--tls-implicit"] if implicit else [])]
    server = tls_server(*options, standing=True)
    with socket.create_connection((server.host, server.port), HANG) as sock, server.time_passing(9):
        if not implicit:
            sock.sendall(b"AUTH TLS\r\n")
        while data := sock.recv(1000):
            assert data[:3] in (b"220", b"234")
    server.wait_idle()


@pytest.fixture(scope="module")
def no_good(tmp_path_factory, certificates):
    """A folder with certificates and keys, each of which is no good in its way."""
    folder = tmp_path_factory.mktemp("no_good")
    authority, now = trustme.CA(), datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    for name, begin, end in (("expired", -9, -1), ("future", 1, 9)):
        made = authority.issue_cert("a", not_before=now + begin * day, not_after=now + end * day)
        made.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
    authority.issue_cert("localhost").private_key_pem.write_to_path(folder / "other.pem")
    (folder / "garbage.pem").write_text("this is no certificate\n")
    key = serialization.load_pem_private_key(certificates.server.read_bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    (folder / "locked.pem").write_bytes(locked)
    return folder


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"tls_cert": "expired.pem"}, "expired on "),
        ({"tls_cert": "future.pem"}, "not valid before "),
        ({"tls_cert": "missing.pem"}, "cannot read "),
        ({"tls_cert": "."}, "cannot read "),
        ({"tls_cert": "garbage.pem"}, "garbage.pem: one of the two is missing, or not in PEM"),
        ({"tls_cert": "{good}", "tls_key": "other.pem"}, "key values mismatch"),
        ({"tls_cert": "{good}", "tls_key": "locked.pem"}, "is encrypted"),
        ({"tls_required": "login"}, "--tls-required needs a certificate"),
        ({"tls_implicit": True}, "--tls-implicit needs a certificate"),
    ],
)
def test_a_certificate_that_is_no_good_is_told_in_one_sentence(
    no_good, certificates, options, reason
):
    for name in ("tls_cert", "tls_key"):
        if name in options:
            path = options[name].replace("{good}", str(certificates.server))
            options = {**options, name: no_good / path}
    with pytest.raises(UsageError) as caught:
        run(Config(users=Users([]), **options), pytest.fail)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_ends_with_that_sentence_and_status_2(no_good):
    options = ["--tls-cert", f"{no_good}/expired.pem", "--port", "0"]
    done = run_program("serve", no_good, *options)
    assert (done.returncode, done.stdout) == (2, b"")
    (sentence,) = done.stderr.decode().splitlines()
    assert "expired on " in sentence
