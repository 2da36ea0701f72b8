"""Users from the command line and from a file; every mistake with its line."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from ftp_project.accounts import passwords, permissions
from ftp_project.accounts.readers import parse_size
from ftp_project.accounts.toml_file import key_lines
from ftp_project.accounts.users import OPTIONS, User, UserError, Users, parse_user
from ftp_project.accounts.users_file import UsersFileError, load_users
from ftp_project.config import Options

#: of "s3cret"; made once, as every process of the tests loads this file
HASH = "$scrypt$ln=15,r=8,p=1$YVB3Ea9OrkXDLJZUPOJQug$rk45+aVss+rX8MuyyqbMaY+aolxmHsr+YXzcqbCep4c"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "alice").mkdir()
    return tmp_path / "users.toml"


def mistakes(file: Path, text: str) -> list[tuple[int, str]]:
    file.write_text(text)
    with pytest.raises(UsersFileError) as caught:
        load_users(file)
    assert str(file) in str(caught.value)
    return [tuple(mistake) for mistake in caught.value.mistakes]


def test_a_complete_user(file: Path, tmp_path: Path) -> None:
    file.write_text(
        f"""
        [users.alice]
        password = "{HASH}"
        home = "alice"
        permissions = ["read", "list"]
        quota = "2 GiB"
        upload-rate = "500 KB"
        download-rate = 1000
        max-sessions = 5
        [users.alice.directories]
        "/incoming" = ["write", "make"]
        [users."b ob"]
        password = "{HASH}"
        home = "{tmp_path}"
        """
    )
    alice, bob = load_users(file)
    assert (alice.name, alice.home) == ("alice", tmp_path / "alice")
    assert (alice.quota, alice.upload_rate, alice.download_rate) == (2 * 1024**3, 500_000, 1000)
    assert alice.max_sessions == 5
    assert alice.permissions.at("/x") == permissions.READ_ONLY
    assert alice.permissions.at("/incoming/x") == permissions.WRITE | permissions.MAKE
    assert (bob.name, bob.permissions.at("/"), bob.quota) == ("b ob", permissions.ALL, None)
    assert HASH not in repr(alice)


def test_all_mistakes_come_at_once_with_their_lines(file: Path) -> None:
    found = mistakes(
        file,
        f"""# users
[users.alice]
password = "{HASH}"
home = "alice"
permissions = ["read", "lisst"]
quota = "12 parsecs"
colour = "red"
max-sessions = true
directories."x" = "all"
directories."/a/../b" = 7

[users.bob]
home = "nowhere"
upload-rate = 0

[users.carol]
password = "plain"
home = "alice"
[other]
""",
    )
    assert [line for line, _ in found] == [5, 6, 7, 8, 9, 10, 10, 12, 13, 14, 17, 19]
    text = "\n".join(text for _, text in found)
    for word in ("lisst", "parsecs", "colour", "max-sessions", "'x'", "'/a/../b'", "no password"):
        assert word in text
    assert "passwd" in text
    assert "plain" not in text


def test_a_file_that_is_no_toml_or_no_text(file: Path) -> None:
    ((line, text),) = mistakes(file, "[users.a]\nx = = 1\n")
    assert (line, "TOML" in text) == (2, True)
    assert mistakes(file, "[users.a]\nx = [1,\n")[0][0] == 2
    assert mistakes(file, "users = 3\n") == [(1, "users must be tables: [users.NAME]")]
    assert mistakes(file, "\nusers.bob = 3\n")[0][0] == 2
    file.write_bytes(b"# ok\n\xff\n")
    with pytest.raises(UsersFileError) as caught:
        load_users(file)
    assert caught.value.mistakes[0].line == 2
    with pytest.raises(UsersFileError, match="cannot be read"):
        load_users(file / "none")
    file.write_text("")
    assert load_users(file) == []


def test_lines_of_keys() -> None:
    lines = key_lines('a = 1\n"b=c".d = 2\n[x."y z"]\n# q = 1\n k=3\n[[x.list]]\nm = 1\n???\n')
    assert lines[("a",)] == 1
    assert lines[("b=c", "d")] == 2
    assert lines[("x", "y z", "k")] == 5
    assert lines[("x", "list", "m")] == 7
    assert ("q",) not in lines


def test_users_from_the_command_line(tmp_path: Path) -> None:
    user = parse_user("alice:pass:word", tmp_path)
    assert user.name == "alice"
    assert user.password_hash is not None
    assert "word" not in user.password_hash
    assert passwords.verify(user.password_hash, "pass:word")
    for text in ("", "alice", ":x", "alice:", "a\nb:x", " a:x", "x" * 65 + ":x"):
        with pytest.raises(UserError):
            parse_user(text, tmp_path)


def test_finding_users_and_anonymous(tmp_path: Path) -> None:
    alice = User("alice", tmp_path, passwords.keyed_hash("x"))
    users = Users([alice], anonymous_home=tmp_path)
    assert users.find("alice") is alice
    assert users.find("Alice") is None
    guest = users.find("FTP")
    assert guest is users.find("anonymous")
    assert guest is not None
    assert users.is_anonymous(guest)
    assert not users.is_anonymous(alice)
    assert guest.permissions.at("/") == permissions.READ_ONLY
    assert (len(users), len(list(users))) == (2, 2)
    assert Users([alice]).find("anonymous") is None
    with pytest.raises(UserError, match="twice"):
        Users([alice, alice])


def test_an_unknown_user_is_checked_like_the_known_ones(tmp_path: Path) -> None:
    keyed = Users([User("a", tmp_path, passwords.keyed_hash("x"))])
    assert keyed.passwords.check_fast(None, "x") is False
    slow = Users([User("a", tmp_path, passwords.keyed_hash("x")), User("b", tmp_path, HASH)])
    assert slow.passwords.check_fast(None, "x") is None
    assert not slow.passwords.check(None, "")


def test_sizes_as_people_write_them() -> None:
    assert [parse_size(text) for text in ("0", "1 kb", "1KiB", "1.5M", " 2 gib ", 7)] == [
        0,
        1000,
        1024,
        1_500_000,
        2 * 1024**3,
        7,
    ]
    for value in ("", "x", "1 parsec", "-1", -1, True, None, 1.5, "1e9"):
        with pytest.raises(ValueError, match="amount of bytes"):
            parse_size(value)


@pytest.mark.parametrize("value", ['"soon"', "true", "0", "nan", "inf", "1e9"])
def test_a_time_that_is_none_is_told_with_its_line(file: Path, value: str) -> None:
    (mistake,) = mistakes(
        file, f'[users.a]\npassword = "{HASH}"\nhome = "alice"\nstall-timeout = {value}\n'
    )
    assert mistake[0] == 4
    assert "stall-timeout: must be" in mistake[1]


def test_an_option_that_goes_before_the_servers_has_its_name_and_type() -> None:
    servers = {each.name: each for each in fields(Options)}
    own = {each.name: each for each in fields(User)}
    names = [name for name, option in OPTIONS.items() if option.overrides]
    assert names
    for name in names:
        assert own[name].type == f"{servers[name].type} | None"
    assert User("a", Path(), stall_timeout=3.0).overrides() == {"stall_timeout": 3.0}
    assert User("a", Path(), quota=3).overrides() == {}
