"""The users file is written by ``passwd``, and nothing else in it changes."""

from __future__ import annotations

import os
import pty
import sys
import tomllib

import pytest
from fork_server import run_program

from ftp_project.accounts import passwords
from ftp_project.accounts.users import OPTIONS, UserError
from ftp_project.accounts.users_edit import replace_file, set_password
from ftp_project.accounts.users_file import load_users

FILE = """# our users
[users.anna]   # first
password = "old"  # to be changed
home = "a"
quota = "1 GiB"

[users.bob]
home = "b" # no password yet
"""


def test_only_the_password_of_one_user_changes():
    changed = set_password(FILE, "anna", "$new", None)
    assert changed == FILE.replace('"old"  # to be changed', '"$new"')
    added = set_password(FILE, "bob", "$new", None)
    assert tomllib.loads(added)["users"]["bob"] == {"password": "$new", "home": "b"}
    assert "# no password yet" in added


@pytest.mark.parametrize("name", ["carl", "c. d", 'q"uote', "ünï"])
def test_a_new_user_is_added_at_the_end(name):
    for before in ("", FILE, FILE.rstrip()):
        changed = set_password(before, name, "$new", "h")
        assert changed.startswith(before.rstrip("\n"))
        assert tomllib.loads(changed)["users"][name] == {"password": "$new", "home": "h"}


def test_what_cannot_be_edited_safely_is_refused():
    with pytest.raises(UserError, match="--home"):
        set_password(FILE, "carl", "$new", None)
    inline = 'users = { anna = { password = "x", home = "a" } }\n'
    with pytest.raises(UserError, match="a line for each key"):
        set_password(inline, "anna", "$new", None)
    with pytest.raises(UserError, match="a line for each key"):
        set_password('[users.anna]\nhome = """\npassword = 1"""\n', "anna", "$new", None)


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path):
    path, link = tmp_path / "users.toml", tmp_path / "link"
    replace_file(path, "one")
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    link.symlink_to(path)
    replace_file(link, "two")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("two", 0o640)
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "three\udcff")
    assert path.read_text() == "two"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "users.toml"]


def passwd(*arguments, answer=""):
    return run_program("passwd", *arguments, input=answer, text=True)


@pytest.mark.parametrize("scheme", ["argon2id", "scrypt"])
def test_a_user_written_from_a_pipe_can_be_loaded(tmp_path, scheme):
    (tmp_path / "a").mkdir()
    path = tmp_path / "users.toml"
    done = passwd("anna", "--users", str(path), "--home", "a", "--scheme", scheme, answer="pä s\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "pä s" not in path.read_text()
    (user,) = load_users(path)
    assert (user.name, user.home) == ("anna", tmp_path / "a")
    assert user.password_hash.startswith(f"${scheme}$")
    assert passwords.verify(user.password_hash, "pä s")


def test_mistakes_leave_the_file_as_it_was(tmp_path):
    path = tmp_path / "users.toml"
    path.write_text("[users.anna]\nhome = '.'\n")
    options = ("anna", "--users", str(path))
    for arguments, answer, part in [
        ((*options,), "\n", "empty"),
        ((*options, "--scheme", "md5"), "x\n", "argon2id or scrypt"),
        ((*options, "--home", "nowhere"), "x\n", "no directory"),
        (("carl", "--users", str(path)), "x\n", "--home"),
        ((" carl", "--users", str(path)), "x\n", "no user name"),
        (("anna", "--users", str(tmp_path / "no" / "file"), "--home", "/"), "x\n", "cannot write"),
        (("anna",), "x\n", "--users"),
    ]:
        done = passwd(*arguments, answer=answer)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert done.stderr.count("\n") == 1
        assert part in done.stderr
    assert path.read_text() == "[users.anna]\nhome = '.'\n"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(("again", "status"), [("s3cret", 0), ("other", 2)])
def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(tmp_path, again, status):
    path = tmp_path / "users.toml"
    command = [sys.executable, "-m", "ftp_project", "passwd", "anna"]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [*command, "--users", str(path), "--home", str(tmp_path)])
    seen = b""
    for prompt, word in [(b"New password of anna: ", "s3cret"), (b"Once more: ", again)]:
        while prompt not in seen:
            seen += os.read(terminal, 1024)
        os.write(terminal, word.encode() + b"\n")
    try:
        while data := os.read(terminal, 1024):
            seen += data
    except OSError:  # the other end is closed: how a pseudo terminal says end of file
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == status
    os.close(terminal)
    assert b"s3cret" not in seen
    assert path.exists() == (status == 0)


def test_its_help_names_every_option_of_a_user():
    said = run_program("passwd", "--help", text=True).stdout
    for name, option in OPTIONS.items():
        assert f"{name.replace('_', '-')} " in said
        assert option.help in said
