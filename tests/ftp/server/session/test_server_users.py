"""Users of a running server: the file of users, limits, quotas, reading the file again."""

from __future__ import annotations

import ftplib
import io
import signal

import pytest
from live_server import FtpServer, wait_until

#: of "s3cret"; made once, as every process of the tests loads this file
HASH = "$scrypt$ln=15,r=8,p=1$YVB3Ea9OrkXDLJZUPOJQug$rk45+aVss+rX8MuyyqbMaY+aolxmHsr+YXzcqbCep4c"
#: another user, of the same home
BOB = f'[users.bob]\npassword = "{HASH}"\nhome = "home"\n'


@pytest.fixture
def users(tmp_path, monkeypatch):
    """A file of users, to be given with --users; no user stands on the command line."""
    monkeypatch.setattr(FtpServer, "default_user", ())
    (tmp_path / "home").mkdir()
    file = tmp_path / "users.toml"
    file.write_text(f'[users.anna]\npassword = "{HASH}"\nhome = "home"\n')
    return file


def refusal(call, *arguments):
    with pytest.raises(ftplib.Error) as caught:
        call(*arguments)
    return str(caught.value)[:3]


def store(ftp, name, size, verb="STOR"):
    return ftp.storbinary(f"{verb} {name}", io.BytesIO(b"x" * size))


def test_users_of_the_file_log_in_with_their_rights(serve, users):
    users.write_text(
        users.read_text() + 'permissions = "read-only"\n[users.anna.directories]\n'
        '"/in" = ["write", "list"]\n'
    )
    (users.parent / "home" / "in").mkdir()
    server = serve("--users", str(users))
    ftp = server.client("anna", "s3cret")
    assert refusal(store, ftp, "x", 1) == "550"
    assert store(ftp, "in/x", 1).startswith("226")
    assert refusal(ftp.delete, "in/x") == "550"
    ftp.quit()
    with server.connect() as ftp:
        assert refusal(ftp.login, "anna", "wrong") == "530"


def test_anonymous_may_read_and_no_more(serve, users):
    (users.parent / "home" / "file").write_text("hello")
    server = serve("--anonymous", str(users.parent / "home"))
    for name in ("anonymous", "ftp"):
        with server.client(name, "me@example.org") as ftp:
            assert ftp.nlst() == ["file"]
            assert refusal(store, ftp, "x", 1) == "550"
            assert refusal(ftp.delete, "file") == "550"


def test_a_quota_bounds_what_is_stored_and_is_freed_by_what_is_removed(serve, users):
    home = users.parent / "home"
    (home / "old").write_bytes(b"x" * 400)
    users.write_text(users.read_text() + "quota = 1000\n")
    server = serve("--users", str(users))
    ftp = server.client("anna", "s3cret")
    store(ftp, "a", 500)
    assert refusal(store, ftp, "b", 101) == "552"
    assert not (home / "b").exists()
    store(ftp, "b", 100)
    assert refusal(store, ftp, "c", 1) == "552"
    ftp.delete("old")
    store(ftp, "c", 300)
    ftp.rename("c", "b")  # replaces 100 bytes
    store(ftp, "d", 200)
    assert refusal(store, ftp, "d", 1, "APPE") == "552"
    other = server.client("anna", "s3cret")
    assert refusal(store, other, "e", 1) == "552"  # one count for all sessions of a user
    for each in (ftp, other):
        each.quit()
    server.wait_idle()
    (home / "a").unlink()
    with server.client("anna", "s3cret") as ftp:
        store(ftp, "e", 500)
        store(ftp, "e", 300)  # in place of the 500
        store(ftp, "f", 200)
    assert sum(path.stat().st_size for path in home.iterdir()) == 1000


def test_limits_of_sessions_are_told_and_hold(serve):
    server = serve("--max-per-user", "1", "--max-per-ip", "2", "--max-clients", "3")
    first = server.client()
    second = server.connect()
    assert refusal(second.login, "anna", "s3cret") == "530"
    assert refusal(server.connect) == "421"
    first.quit()
    wait_until(lambda: second.login("anna", "s3cret").startswith("230"), "the place is free")
    second.quit()


def test_an_address_that_guesses_is_banned(serve):
    server = serve("--login-attempts", "2", "--login-ban", "1000")
    with server.connect() as ftp:
        assert refusal(ftp.login, "anna", "wrong") == "530"
        assert refusal(ftp.login, "anna", "guess") == "421"
    assert refusal(server.connect) == "421"


def test_the_file_is_read_again_on_sighup_and_sessions_go_on(serve, users):
    server = serve("--users", str(users))
    ftp = server.client("anna", "s3cret")
    good = users.read_text()
    users.write_text(good.replace("anna", "berta"))
    server.process.send_signal(signal.SIGHUP)

    def berta_is_let_in():
        with server.connect() as other:
            try:
                return other.login("berta", "s3cret")
            except ftplib.error_perm:
                return None

    wait_until(berta_is_let_in, "the new user is known")
    assert ftp.pwd() == "/"
    with server.connect() as other:
        assert refusal(other.login, "anna", "s3cret") == "530"

    users.write_text(good + "colour = 3\n")
    server.process.send_signal(signal.SIGHUP)
    told = wait_until(server.errors.read_text, "the mistake is told")
    assert f"{users}:4: unknown key 'colour'" in told
    with server.client("berta", "s3cret") as other:
        assert other.pwd() == "/"
    ftp.quit()
    server.errors.write_text("")


def test_site_quota_tells_what_is_used_and_what_is_left(serve, users):
    users.write_text(
        users.read_text() + f'quota = 1000\n[users.bob]\npassword = "{HASH}"\nhome = "home"\n'
    )
    (users.parent / "home" / "old").write_bytes(b"x" * 100)
    server = serve("--users", str(users))
    with server.client("anna", "s3cret") as ftp:
        store(ftp, "new", 250)
        lines = ["200-Your quota in bytes:", " Used: 350", " Limit: 1000", " Left: 650"]
        assert ftp.sendcmd("SITE QUOTA").splitlines()[:4] == lines
        assert " SITE QUOTA" in ftp.sendcmd("FEAT").splitlines()
        assert " SITE QUOTA" in ftp.sendcmd("SITE HELP").splitlines()
        assert refusal(ftp.sendcmd, "SITE QUOTA please") == "501"
    with server.client("bob", "s3cret") as ftp:
        assert ftp.sendcmd("SITE QUOTA") == "200 No quota is set for you."


def test_a_user_may_have_a_stall_timeout_of_its_own(serve, users):
    text = users.read_text()
    users.write_text(
        f'{text}stall-timeout = 0.3\n[users.bob]\npassword = "{HASH}"\nhome = "home"\n'
    )
    (users.parent / "home" / "large").write_bytes(b"x" * (32 << 20))
    server = serve("--users", str(users), "--stall-timeout", "3600", "--minimum-rate", "0")
    waiting = []
    for name in ("bob", "anna"):  # neither reads what is sent
        ftp = server.client(name, "s3cret")
        waiting.append((ftp, ftp.transfercmd("RETR large")))
    (bob, bobs_data), (anna, annas_data) = waiting
    with annas_data, bobs_data:
        with pytest.raises(ftplib.error_temp, match=r"^426 Transfer stalled"):
            anna.getresp()
        assert "Transfer running" in bob.sendcmd("STAT")
