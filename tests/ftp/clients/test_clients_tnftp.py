"""tnftp: the classic session at a prompt, as BSD, macOS and Debian's `ftp` have it; no TLS."""

from __future__ import annotations

import pytest
from samples import contents, hash_of, make_file


@pytest.fixture
def session(run, plain, here):
    def call(*lines, options=()):
        netrc = here.parent / "home" / ".netrc"
        netrc.write_text(f"machine {plain.host} login anna password s3cret\n")
        netrc.chmod(0o600)
        said = run("tnftp", "-iv", *options, "-P", plain.port, plain.host,
                   input="\n".join([*lines, "quit", ""]).encode())  # fmt: skip
        complaints = [
            line for line in said.splitlines() if line[:1] in "45" and line[1:4].isdigit()
        ]
        assert complaints == []
        return said

    return call


@pytest.mark.parametrize("options", [[], ["-A"]], ids=["passive", "active"])
def test_a_session(session, plain, here, options):
    make_file(here / "one", 100_000)
    make_file(here / "two", 0)
    said = session(
        "mkdir d", "cd d", "put one", "mput one two", "ls", "nlist", "mlsd .", "mlst one",
        "size one", "modtime one", "rename one 1", "chmod 600 1", "append two 1", "delete two",
        "system", "features", "pwd", "cdup", "get d/1 back", options=options,
    )  # fmt: skip
    assert "one\t100000" in said
    assert contents(plain.root) == {"d": "/", "d/1": hash_of(here / "one")}
    assert (plain.root / "d" / "1").stat().st_mode & 0o777 == 0o600
    assert hash_of(here / "back") == hash_of(here / "one")


def test_resumes_and_converts(session, plain, here):
    wanted = make_file(plain.root / "f", 300_000)
    (here / "f").write_bytes((plain.root / "f").read_bytes()[:100_000])
    (plain.root / "text").write_bytes(b"one\ntwo\n")
    said = session("reget f", "ascii", "get text", "put text text2", "mget t*", "binary")
    assert "(200000 bytes)" in said
    assert hash_of(here / "f") == wanted
    assert (here / "text").read_bytes() == b"one\ntwo\n"
    assert (plain.root / "text2").read_bytes() == b"one\ntwo\n"


def test_urls_on_the_command_line(run, plain, here):
    make_file(here / "up", 50_000)
    run("tnftp", "-u", f"{plain.login_url}up", "up")
    run("tnftp", "-o", "down", f"{plain.login_url}up")
    assert hash_of(here / "down") == hash_of(here / "up")
