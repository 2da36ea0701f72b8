"""The judge gives full marks where they are due, and takes off only what is true."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from mutants import ROOT, SOLUTIONS
from patience import HANG

from labsupport import check_server, load
from labsupport.capstone.items import STAGES
from labsupport.capstone.referee import words_of
from labsupport.capstone.serving import Serving
from labsupport.capstone.stages import all_items

PYFTPDLIB = """
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

port, home, user, password = sys.argv[1:]
FTPHandler.authorizer = DummyAuthorizer()
FTPHandler.authorizer.add_user(user, password, home, perm="elradfmwMT")
FTPServer(("127.0.0.1", int(port)), FTPHandler).serve_forever()
"""
STARTER = ROOT / "notebooks" / "capstone" / "starter.py"
FTP_PROJECT = "python -m ftp_project serve {home} --port {port} --user {user}:{password}"
FULL = f"in all                            {len(all_items()):3} of {len(all_items())}"


@pytest.mark.parametrize("server", sorted(SOLUTIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_solution_does_all_that_is_asked(server: Path) -> None:
    report = check_server(server)
    assert report.passed, str(report)
    assert str(report).endswith(FULL)


def test_the_server_of_the_course_does_all_that_is_asked() -> None:
    report = check_server(FTP_PROJECT)
    assert report.passed, str(report)


@pytest.mark.corpus
def test_pyftpdlib_loses_what_it_truly_does_wrong(tmp_path: Path) -> None:
    """Each of these was looked at by hand.

    * no-data-connection: it says 150 and then waits for ever.
    * reset-upload: a reset counts as the end of the file, and 226 is said.
    * many-connections: without a free descriptor it closes its listener, for ever.
    * odd-names: a NUL in a name raises ValueError, and the session is closed.

    A fifth one, never-reads, takes it seconds of processor time, so it is not judged here: it
    keeps all replies in memory.
    """
    server = tmp_path / "server.py"
    server.write_text(PYFTPDLIB, encoding="utf-8")
    report = check_server(server, only=[name for name in all_items() if name != "never-reads"])
    lost = ["no-data-connection", "reset-upload", "many-connections", "odd-names"]
    assert report.failed == lost, str(report)


def test_the_starter_is_told_where_to_begin() -> None:
    report = check_server(STARTER)
    assert report.score == (0, len(all_items()))
    text = str(report)
    assert "came    the server closed the connection" in text
    assert "RFC 959, 5.4: a server says 220" in text
    assert text.count("✘ for the same reason") == 1


@pytest.mark.parametrize("server", sorted(SOLUTIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_full_disk_ends_an_upload_and_not_a_solution(server: Path) -> None:
    limited = ["/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *words_of(server)]
    with Serving(limited) as serving, serving.place as place:
        for size in (100, 100_000):  # less than Python's buffer, and more
            wire = place.session()
            with wire.transfer("STOR new.bin") as data:
                data.sendall(b"x" * size)
            wire.reply("4", "5")
            wire.still_works("STOR on a full disk")
        leaver = place.session()
        leaver.push(leaver.transfer("STOR other.bin"), b"x")
        leaver.reset()
        place.session().still_works("a user who left in an upload")
        assert serving.alive, serving.last_words


def test_a_machine_without_curl_judges_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    items = ["clients-list", "clients-get", "clients-put"]
    report = check_server(SOLUTIONS / "callbacks.py", only=items)
    assert report.passed, str(report)


def test_many_users_with_one_who_stalls() -> None:
    result = load(SOLUTIONS / "coroutines.py", users=20, stalled=1)
    assert result.passed, str(result)
    assert str(result).splitlines()[-1] == "all others done while one user stalled: yes"
    assert len(result.timeline.lanes) == 20
    assert result.timeline.lane_of("its reader") == "user 1 stalls"
    assert result.timeline.overlaps("its reader", "up")
    assert result.timeline.unfinished() == []


def test_a_load_says_what_went_wrong() -> None:
    result = load(STARTER, users=3)
    assert not result.passed
    assert "uploads that arrived whole: 0 of 2" in str(result)
    assert "all others done while one user stalled: no" in str(result)
    assert "the server closed the connection" in str(result)


@pytest.mark.parametrize("server", [STARTER, *SOLUTIONS.glob("*.py")], ids=lambda path: path.stem)
@pytest.mark.parametrize("arguments", ["", "ftp . anna secret", "99999 . anna secret"])
def test_wrong_arguments_are_told_in_one_sentence(server: Path, arguments: str) -> None:
    command = [sys.executable, str(server), *arguments.split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 1
    assert done.stderr.endswith(f"; usage: python {server.name} PORT HOME USER PASSWORD\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("server", sorted(SOLUTIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_solution_can_be_read_in_one_sitting(server: Path) -> None:
    text = server.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 400
    imported = {
        (node.module or "").partition(".")[0] if isinstance(node, ast.ImportFrom) else name.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported <= sys.stdlib_module_names


def test_every_stage_has_items_and_a_page_that_names_them() -> None:
    stages = ROOT / "notebooks" / "capstone" / "stages"
    for number in STAGES:
        [page] = stages.glob(f"stage{number}_*.md")
        text = page.read_text(encoding="utf-8")
        names = [item.name for item in all_items().values() if item.stage == number]
        assert names
        assert [name for name in names if f"`{name}`" not in text] == []
