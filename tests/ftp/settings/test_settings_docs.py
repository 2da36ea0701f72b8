"""The examples of the operator's page are right."""

from __future__ import annotations

import re
from pathlib import Path

import ftp_project
from ftp_project.accounts.users_file import load_users
from ftp_project.settings.rows import rows
from ftp_project.settings.sources import load

PAGE = Path(ftp_project.__file__).parent.parent / "docs" / "running_the_server.md"


def test_the_examples_can_be_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings, users = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    file = tmp_path / "settings.toml"
    file.write_text(settings)
    options = load({}, file).options
    assert options.total_download_rate == 50_000_000
    assert options.users_file == tmp_path / "users.toml"
    hashed = "$scrypt$ln=1,r=1,p=1$AAAA$AAAA"
    users = users.replace("$argon2id$…", hashed).replace("/srv/ftp/anna", str(tmp_path))
    options.users_file.write_text(users)
    (anna,) = load_users(options.users_file)
    assert (anna.quota, anna.upload_rate, anna.max_sessions) == (2 << 30, 500_000, 5)


def test_every_option_it_names_exists():
    flags = {row.flag for row in rows()}
    others = {"--help", "--config", "--show", "--home", "--scheme"}
    named = set(re.findall(r"--[a-z][a-z-]+", PAGE.read_text()))
    assert named <= flags | others, named - flags - others
