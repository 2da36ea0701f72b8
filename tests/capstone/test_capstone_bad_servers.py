"""Servers that do not start, die, hang, flood or talk nonsense: judged, told, and nothing left."""

from __future__ import annotations

import doctest
import importlib
import json
import sys
from pathlib import Path

import psutil
import pytest

from labsupport import check_server, load
from labsupport.capstone import serving
from labsupport.capstone.command_line import main
from labsupport.capstone.referee import words_of

TALKER = """
import os, socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = listener.accept()
    try:
{body}
    except OSError:
        pass
"""


def talker(tmp_path: Path, body: str) -> Path:
    """Write a server that does this with each client, one after the other."""
    path = tmp_path / "server.py"
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    path.write_text(TALKER.format(body=lines), encoding="utf-8")
    return path


def left_of(path: Path) -> list[str]:
    """Return the command lines of living processes that name this file."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if str(path) in words and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(" ".join(words))
    return found


@pytest.mark.parametrize(
    ("body", "came"),
    [
        ("client.sendall(b'hello\\r\\n')", "a line that is no reply: hello"),
        ("client.sendall(b'\\xff\\x00\\r\\n')", "a line that is no reply: \\xff\\x00"),
        ("while True: client.sendall(b'220 ' + b'x' * 60000)", "a line of more than 8192 bytes"),
        ("while True: client.sendall(b'220-more\\r\\n' * 99)", "a reply of more than 200 lines"),
        ("client.sendall(b'220-one\\r\\n'); client.close()", "the server closed the connection"),
        ("client.sendall(b'421 Later.\\r\\n'); client.close()", "421 Later."),
        ("if client.recv(9): os._exit(7)", "nothing, until the time was up"),
    ],
    ids=["words", "bytes", "endless-line", "endless-reply", "half-reply", "421", "silence"],
)
def test_nonsense_is_told_and_not_believed(tmp_path: Path, body: str, came: str) -> None:
    server = talker(tmp_path, body)
    report = check_server(server, only=["greeting"])
    assert report.failed == ["greeting"]
    assert f"came    {came}" in str(report)
    assert left_of(server) == []


def test_a_server_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    server = talker(
        tmp_path, "client.sendall(b'220 Hi.\\r\\n'); client.recv(99) and sys.exit('no USER here')"
    )
    report = check_server(server, only=["greeting", "login"])
    assert report.failed == ["login"]
    assert "came    the server ended with exit code 1; its last words: no USER here" in str(report)


def test_who_ends_a_server_by_leaving_is_blamed_and_not_the_next(tmp_path: Path) -> None:
    body = (
        "client.sendall(b'220 Hi.\\r\\n')\n"
        "last = b''\n"
        "while line := client.recv(99):\n"
        "    last = line[:4]\n"
        "    code = {b'USER': b'331', b'PASS': b'230'}.get(last, b'200')\n"
        "    client.sendall(code + b' Yes.\\r\\n')\n"
        "if last == b'PASS': os._exit(3)"
    )
    report = check_server(talker(tmp_path, body), only=["login", "any-case"])
    assert report.failed == ["login"]
    assert "as soon as these clients had left" in str(report)


@pytest.mark.parametrize(
    ("text", "problem", "limit"),
    [
        ("import sys; sys.exit('no such folder')", "exit code 1; its last words: no such f", 60.0),
        ("import os; os.kill(os.getpid(), 9)", "by signal 9; its last words: (none)", 60.0),
        ("import time; time.sleep(60)", "it does not listen on 127.0.0.1 and {port}", 1.0),
    ],
    ids=["exits", "is-killed", "never-listens"],
)
def test_a_server_that_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str, limit: float
) -> None:
    monkeypatch.setattr(serving, "READY_LIMIT", limit)
    server = tmp_path / "server.py"
    server.write_text(text, encoding="utf-8")
    report = check_server(server, stages=1)
    assert problem in report.problem
    assert report.score == (0, 10)
    assert str(report).startswith("✘ The server was not judged: ")
    assert left_of(server) == []


def test_nothing_is_left_of_a_server_with_children(tmp_path: Path) -> None:
    server = talker(
        tmp_path,
        "if os.fork() == 0:\n    os.setsid()\n    time.sleep(99)\nclient.sendall(b'220 Hi.\\r\\n')",
    )
    assert check_server(server, only=["greeting"]).passed
    assert left_of(server) == []


def test_a_report_says_the_same_each_time(tmp_path: Path) -> None:
    server = talker(
        tmp_path, "client.sendall(f'500 {sys.argv[1:3]} (127,0,0,1,4,5)\\r\\n'.encode())"
    )
    first, second = (str(check_server(server, only=["greeting"])) for _ in range(2))
    assert first == second


WRONG_USES = [
    (["--stage", "9", "--", "x.py"], "there is no stage 9"),
    (["--stage", "one", "--", "x.py"], "invalid int value: 'one'"),
    (["--only", "lunch", "--", "x.py"], "there is no item 'lunch'"),
    ([], "there is no command"),
    (["--", "true"], "the command must say {port}"),
    (["--", "true", "{port}"], "the command must say {home}"),
    (["--login", "anna", "--", "x.py"], "--login takes USER:PASSWORD"),
    (["--fast", "--", "x.py"], "unrecognized arguments: --fast"),
]


@pytest.mark.parametrize(("arguments", "told"), WRONG_USES, ids=[told for _, told in WRONG_USES])
def test_wrong_use_is_one_sentence(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert told in output.err
    assert output.err.count("\n") == 1


def test_a_program_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--", "no-such-program", "{port}", "{home}"]) == 1
    assert "'no-such-program' cannot be started" in capsys.readouterr().out


def test_a_server_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--", "nowhere.py"]) == 1
    told = capsys.readouterr().out
    assert told.startswith("✘ The server was not judged: there is no file 'nowhere.py'")
    assert told.count("\n") == 1


def test_a_program_that_prints_and_ends_is_told_without_its_port_and_home(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--", "echo", "{port}", "{home}"]) == 1
    assert capsys.readouterr().out.endswith("its last words: {port} {home}\n")


def test_a_path_with_a_space_is_one_word(tmp_path: Path) -> None:
    server = tmp_path / "my server.py"
    server.write_text("", encoding="utf-8")
    for command in (server, str(server), [sys.executable, server, "{port}", "{home}"]):
        assert words_of(command)[1:4] == [str(server), "{port}", "{home}"]
    with pytest.raises(ValueError, match="a quotation mark is missing"):
        words_of("python 'server.py {port} {home}")


def test_lists_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert "6  many users at once" in listed
    assert "     fairness " in listed
    server = talker(tmp_path, "client.sendall(b'220 Hi.\\r\\n')")
    assert main(["--json", "--only", "greeting", str(server)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["of"], told["items"][0]["passed"]) == (1, 1, True)


@pytest.mark.parametrize("name", ["findings", "referee", "report", "serving"])
def test_the_examples_of_the_docstrings_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"labsupport.capstone.{name}"))
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(("users", "stalled"), [(0, 0), (101, 0), (5, 5), (5, -1)])
def test_a_load_within_bounds(users: int, stalled: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        load("server.py", users=users, stalled=stalled)
