"""The worked example of the contributors' page, carried out on a copy of the package."""

from __future__ import annotations

import ftplib
import re
import shutil
from pathlib import Path

import pytest
from live_server import LAUNCHER, FtpServer

import ftp_project

PACKAGE = Path(ftp_project.__file__).parent
PAGE = PACKAGE.parent / "docs" / "contributing" / "change-the-server.md"


def test_one_function_and_one_row_make_a_verb(tmp_path, monkeypatch, serve):
    function, row, _ = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    copy = tmp_path / "copy" / "ftp_project"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "server" / "session" / "verbs" / "info.py").open("a") as file:
        file.write(f"\n\n{function}")
    table = copy / "server" / "session" / "table.py"
    start = "ROWS = (\n"
    table.write_text(table.read_text().replace(start, start + row))
    monkeypatch.chdir(copy.parent)
    # Not by fork() from a process that knows the package itself: the copy is to be imported.
    monkeypatch.setattr(FtpServer, "launcher", f"{LAUNCHER}\n")
    with serve().client() as ftp:
        answer = ftp.sendcmd("XNOW")
        assert re.fullmatch(r"213 \d{14}(\.\d+)?", answer)
        assert ftp.sendcmd("HELP XNOW") == "214 XNOW"
        with pytest.raises(ftplib.error_perm, match=r"^501 "):
            ftp.sendcmd("XNOW please")
        ftp.sendcmd("REIN")
        with pytest.raises(ftplib.error_perm, match=r"^530 "):
            ftp.sendcmd("XNOW")


def test_the_limit_of_a_user_that_it_shows_is_declared_so():
    *_, option = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert option in (PACKAGE / "accounts" / "users.py").read_text()
