"""The client for the second terminal."""

from __future__ import annotations

import socket
import subprocess
import sys

from labsupport.network.servers import running_server


def run_talk(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "labsupport.network.talk", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_typed_lines_are_answered_also_the_last_one() -> None:
    with running_server("selectors_echo") as server:
        done = run_talk(str(server.port), typed="hello\nbye\n")
    assert done.returncode == 0
    assert done.stdout == "HELLO\nBYE\n[the server has closed the connection]\n"


def test_bytes_that_are_no_text_do_not_end_it() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        subprocess.Popen(
            [sys.executable, "-m", "labsupport.network.talk", str(listener.getsockname()[1])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as talking,
    ):
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"caf\xe9\n")
        output, _ = talking.communicate(timeout=30)
    assert (
        output.decode() == "caf\N{REPLACEMENT CHARACTER}\n[the server has closed the connection]\n"
    )


def test_nobody_there_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = run_talk(str(port))
    assert done.returncode == 1
    assert done.stderr == (
        f"Nobody answers on 127.0.0.1:{port} (Connection refused): start a server first.\n"
    )


def test_a_wrong_port_is_one_sentence() -> None:
    for wrong in (["8002", "extra"], ["http"], ["70000"], []):
        done = run_talk(*wrong)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("Give the port")
    assert run_talk("--help").stdout.startswith("usage: python -m labsupport.network.talk PORT")
