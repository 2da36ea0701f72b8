"""The supervisor where there is no fork(): Windows.

It keeps the promise of `supervisor` as far as such a platform allows: the tree is
what psutil finds below the program, and CONTROL is a loopback connection, because only
sockets can be waited on there. The supervisor watches it from a thread.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_CONNECT_LIMIT = 60.0  # seconds until the supervisor must have called back


def start_portable(
    argv: list[str], options: dict[str, Any]
) -> tuple[subprocess.Popen[Any], socket.socket]:
    """Start argv under this file run as a supervisor; return it and our end of CONTROL.

    Raises:
        OSError: the supervisor did not call back within a minute.
    """
    token = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_CONNECT_LIMIT)
        port = listener.getsockname()[1]
        options["creationflags"] = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        command = [sys.executable, "-I", str(Path(__file__).resolve()), str(port), token, *argv]
        supervisor = subprocess.Popen(command, **options)
        try:
            while True:
                control, _ = listener.accept()
                control.settimeout(_CONNECT_LIMIT)
                # Any program of this machine can connect; only ours knows the token.
                if secrets.compare_digest(control.recv(len(token)), token.encode()):
                    return supervisor, control
                control.close()
        except BaseException:
            supervisor.kill()
            supervisor.wait()
            raise


def _end_tree(pid: int) -> None:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        program = psutil.Process(pid)
        below = program.children(recursive=True)
        for process in [*below, program]:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(below, timeout=5)  # the program itself is waited for by main()


def main(arguments: list[str]) -> None:
    """Run the program, tell CONTROL what happens, end the tree at CONTROL's end of file."""
    port, token, *argv = arguments
    control = socket.create_connection(("127.0.0.1", int(port)))
    control.sendall(token.encode())
    try:
        program = subprocess.Popen(argv)
    except OSError as error:
        control.sendall(f"error {error.errno}\n".encode())
        return
    control.sendall(f"pid {program.pid}\n".encode())
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the parent waits for end of file on these
        os.dup2(null, stream)

    def watch() -> None:
        with contextlib.suppress(OSError):
            control.recv(1)
        _end_tree(program.pid)

    threading.Thread(target=watch, daemon=True).start()
    code = program.wait()
    _end_tree(program.pid)
    with contextlib.suppress(OSError):
        control.sendall(f"exit {code}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1:])
