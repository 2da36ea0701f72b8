"""Where options come from, which source wins, and what is said about mistakes."""

from __future__ import annotations

import os
import tomllib

import pytest
from fork_server import run_program

from ftp_project.config import Options
from ftp_project.errors import UsageError
from ftp_project.settings.rows import rows
from ftp_project.settings.show import show
from ftp_project.settings.sources import load


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No settings of this machine: an empty directory, no variables."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("FTP_PROJECT_"):
            monkeypatch.delenv(name)


def test_without_any_source_the_defaults_of_the_table_hold():
    loaded = load({})
    assert loaded.options == Options()
    assert set(loaded.origins.values()) == {"default"}


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    file = tmp_path / "ftp_project.toml"
    file.write_text('host = "::1"\nport = 1\nidle-timeout = 10\nlogin-timeout = 5\n')
    monkeypatch.setenv("FTP_PROJECT_PORT", "2")
    monkeypatch.setenv("FTP_PROJECT_IDLE_TIMEOUT", "20")
    options, origins = load({"idle_timeout": "30"})
    assert (options.host, options.port, options.idle_timeout, options.login_timeout) == (
        "::1", 2, 30.0, 5.0,
    )  # fmt: skip
    assert origins["host"] == "ftp_project.toml:1"
    assert origins["port"] == "FTP_PROJECT_PORT"
    assert origins["idle_timeout"] == "--idle-timeout"
    assert origins["login_timeout"] == "ftp_project.toml:4"
    assert origins["selector"] == "default"


def test_the_file_is_named_by_flag_or_variable_and_its_paths_start_beside_it(tmp_path, monkeypatch):
    (tmp_path / "etc").mkdir()
    file = tmp_path / "etc" / "ftp.toml"
    file.write_text('root = "srv"\ntls-cert = "/abs.pem"\nuser-home = ["anna=homes/a"]\n')
    monkeypatch.setenv("FTP_PROJECT_CONFIG", str(file))
    for options in (load({}).options, load({}, file).options):
        assert options.root == tmp_path / "etc" / "srv"
        assert str(options.tls_cert) == "/abs.pem"
        assert options.user_home == [f"anna={tmp_path}/etc/homes/a"]


def test_a_variable_holds_one_value_or_a_json_list_and_an_empty_one_counts_for_nothing(monkeypatch):
    monkeypatch.setenv("FTP_PROJECT_USER", "anna:with space, and comma")
    monkeypatch.setenv("FTP_PROJECT_PORT", "")
    assert load({}).options.user == ["anna:with space, and comma"]
    assert load({}).options.port == 2121
    monkeypatch.setenv("FTP_PROJECT_USER", '["a:1", "b:2"]')
    assert load({}).options.user == ["a:1", "b:2"]


@pytest.mark.parametrize("value", ["inf", "nan", "1e308", "-1"])
def test_times_are_finite(value):
    for row in rows():
        if row.plain_type is float:
            with pytest.raises(UsageError, match=f"^{row.flag}: must be "):
                load({row.field: value})


def test_all_mistakes_are_told_at_once_with_their_places(tmp_path, monkeypatch):
    file = tmp_path / "my.toml"
    file.write_text('# head\nport = 70000\nidle-timeut = 3\nselector = "iocp"\nuser = ["a:b", 3]\n')
    monkeypatch.setenv("FTP_PROJECT_HOTS", "x")
    monkeypatch.setenv("FTP_PROJECT_LOGIN_TIMEOUT", "soon")
    with pytest.raises(UsageError) as caught:
        load({"idle_timeout": "0"}, file)
    told = str(caught.value).splitlines()
    for beginning, part in [
        ("my.toml:2: port: ", "65535, not 70000"),
        ("my.toml:3: ", "did you mean idle-timeout?"),
        ("my.toml:4: selector: ", "'epoll'"),
        ("my.toml:5: user: ", "must be a text"),
        ("FTP_PROJECT_HOTS: ", "FTP_PROJECT_HOST"),
        ("FTP_PROJECT_LOGIN_TIMEOUT: ", "'soon'"),
        ("--idle-timeout: ", "0.1"),
    ]:
        lines = [line for line in told if beginning in line and part in line]
        assert len(lines) == 1, (beginning, told)
    assert len(told) == 7


@pytest.mark.parametrize(
    ("content", "part"),
    [(b"port = = 1\n", ":1: is not valid TOML"), (b"\n\xff", ":2: is not UTF-8"), (None, "read")],
    ids=["syntax", "encoding", "missing"],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path, content, part):
    file = tmp_path / "x.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load({}, file)
    assert part in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_what_is_shown_is_a_settings_file_with_the_same_options_but_no_password(tmp_path):
    first = load({"root": str(tmp_path), "user": ["anna:s3cret"], "idle_timeout": "7"})
    text = show(first)
    assert "s3cret" not in text
    assert tomllib.loads(text)["idle-timeout"] == 7
    saved = tmp_path / "saved.toml"
    saved.write_text(text)
    again = load({"user": ["anna:s3cret"]}, saved).options
    assert again == first.options
    for row in rows():
        assert f"\n{row.name} = " in text or f"\n# {row.name} =" in text


def test_every_row_of_the_table_can_be_used_on_every_way(monkeypatch):
    names = [row.name for row in rows()]
    assert len(set(names)) == len(names)
    for row in rows():
        assert row.option.group, row.name
        assert row.option.help.endswith("."), row.name
        assert row.variable == f"FTP_PROJECT_{row.name.replace('-', '_').upper()}"


def run(*arguments, **environment):
    return run_program(*arguments, text=True, env={**os.environ, **environment})


def test_config_shows_each_value_with_its_origin(tmp_path):
    (tmp_path / "ftp_project.toml").write_text("\nlogin-timeout = 9\n")
    done = run("config", "--show", "--port", "21", FTP_PROJECT_HOST="::1")
    assert (done.returncode, done.stderr) == (0, "")
    words = [line.split() for line in done.stdout.splitlines()]
    assert ["port", "=", "21", "#", "--port"] in words
    assert ["host", "=", '"::1"', "#", "FTP_PROJECT_HOST"] in words
    assert ["login-timeout", "=", "9", "#", "ftp_project.toml:2"] in words
    assert ["idle-timeout", "=", "300", "#", "default"] in words


def test_each_mistake_is_a_line_and_the_status_is_2(tmp_path):
    (tmp_path / "ftp_project.toml").write_text("prot = 1\nport = -1\n")
    for command in ("config", "serve"):
        done = run(command)
        assert (done.returncode, done.stdout) == (2, "")
        lines = done.stderr.splitlines()
        assert [line.split(": ")[:2] for line in lines] == [
            ["ftp_project", "ftp_project.toml:1"],
            ["ftp_project", "ftp_project.toml:2"],
        ]


def test_config_checks_the_users_file_too(tmp_path):
    (tmp_path / "users.toml").write_text('[users.anna]\nhom = "/srv"\n')
    done = run_program("config", ".", "--users", "users.toml", text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "ftp_project: users.toml:2: " in done.stderr


def test_the_help_of_serve_names_every_option():
    text = run("serve", "--help").stdout
    for row in rows():
        assert row.flag in text
