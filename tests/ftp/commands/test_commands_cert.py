"""The command that makes a certificate: it works with curl, and is no one else's to read."""

from __future__ import annotations

import pytest
from certificates import client_context
from fork_server import run_program
from live_server import PASSWORD, USER


def cert(*arguments):
    return run_program("cert", *arguments, text=True)


def test_a_server_with_it_is_trusted_by_who_is_told_to(serve, tool, tmp_path):
    file = tmp_path / "own.pem"
    done = cert("--out", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    server = serve("--tls-cert", str(file), "--tls-required", "data")
    (server.root / "file").write_bytes(b"secret")
    command = ("--silent", "--show-error", "--ssl-reqd", "--user", f"{USER}:{PASSWORD}")
    assert tool("curl", *command, "--cacert", str(file), f"{server.url}file").stdout == b"secret"
    assert tool("curl", *command, f"{server.url}file").returncode == 60  # not trusted


def test_names_and_addresses_stand_in_it(tmp_path):
    file = tmp_path / "own.pem"
    done = cert("ftp.example.org", "192.0.2.1", "::1", "bücher.example", "--out", str(file))
    assert done.returncode == 0
    context = client_context(file)
    (found,) = context.get_ca_certs()
    assert set(found["subjectAltName"]) == {
        ("DNS", "ftp.example.org"),
        ("DNS", "xn--bcher-kva.example"),
        ("IP Address", "192.0.2.1"),
        ("IP Address", "0:0:0:0:0:0:0:1"),
    }


def test_a_file_is_replaced_only_when_that_is_said(tmp_path):
    file = tmp_path / "own.pem"
    file.write_text("mine")
    file.chmod(0o644)
    done = cert("--out", str(file))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert file.read_text() == "mine"
    assert cert("--out", str(file), "--force").returncode == 0
    assert file.read_text().startswith("-----BEGIN PRIVATE KEY")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["a b"], "no host name"),
        ([""], "no host name"),
        (["--days", "0"], "--days"),
        (["--out", "/no/where"], "cannot"),
    ],
    ids=["name", "empty", "days", "place"],
)
def test_mistakes_are_told_in_one_sentence(tmp_path, arguments, part):
    done = cert("--out", str(tmp_path / "x"), *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert part in done.stderr
    assert list(tmp_path.iterdir()) == []
