"""Make the pictures of the README anew: python docs/pictures/make.py

The timeline and the five models are those that the built notebooks hold; the status screen is what
a server draws in a terminal while three clients transfer files.
"""

from __future__ import annotations

import base64
import contextlib
import ftplib
import io
import json
import os
import pty
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parent.parent / "notebooks"
#: file → notebook, and a word of the picture's alt text
FROM_NOTEBOOKS = {
    "timeline.svg": ("05_pool_workers.ipynb", "staircase"),
    "five_models.svg": ("11_five_io_models.ipynb", "five rows"),
}
IMAGE = re.compile(r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]+)"')
WIDTH, HEIGHT = 100, 12
DEADLINE = 30.0


def picture_of(notebook: Path, word: str) -> bytes:
    """Return the first picture whose alt text holds the word; raise LookupError without one."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", []))
            found = IMAGE.search(html)
            if found and word in found[1].lower():
                return base64.b64decode(found[2])
    raise LookupError(f"no picture of {notebook.name} speaks of {word!r}")


def frame(output: bytes) -> str:
    """Return the last whole screen that a live display has drawn."""
    text = output.decode(errors="replace").replace("\r\n", "\n")
    parts = re.split(r"(?:\r|\x1b\[\d*A|\x1b\[2K)+", text)
    return [part for part in parts if "sessions, up" in part and "now," in part][-1]


def status_screen() -> str:
    """Return the status screen as SVG, while three clients are at work."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "holiday.mp4").write_bytes(bytes(9_000_000))
        (root / "backup.tar").write_bytes(bytes(5_000_000))
        parent, child = pty.openpty()
        environment = {**os.environ, "COLUMNS": str(WIDTH), "LINES": str(HEIGHT), "TERM": "xterm"}
        command = [sys.executable, "-m", "ftp_project", "serve", folder, "--port", "0", "--status"]
        for user in ("anna", "bela", "cleo", "dora"):
            command += ["--user", f"{user}:x"]
        rates = ["--download-rate", "1 MB", "--upload-rate", "600 kB"]
        server = subprocess.Popen(
            [*command, *rates], stdout=child, stdin=child, stderr=child, env=environment
        )
        os.close(child)
        try:
            return _watch(parent, server)
        finally:
            server.kill()
            server.wait()
            os.close(parent)


def _watch(terminal: int, server: subprocess.Popen[bytes]) -> str:
    output = b""
    begun = time.monotonic()
    clients: list[threading.Thread] = []
    while time.monotonic() - begun < DEADLINE:
        output += os.read(terminal, 65536)
        port = re.search(rb"ftp://127\.0\.0\.1:(\d+)/", output)
        if port and not clients:
            jobs = [
                ("anna", "RETR holiday.mp4"),
                ("bela", "RETR backup.tar"),
                ("cleo", "STOR thesis.pdf"),
            ]
            clients = [
                threading.Thread(target=_client, args=(int(port[1]), *job), daemon=True)
                for job in jobs
            ]
            clients.append(threading.Thread(target=_idle, args=(int(port[1]),), daemon=True))
            for client in clients:
                client.start()
        if clients and b"thesis.pdf" in output and time.monotonic() - begun > 4:
            drawing = Console(
                record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor"
            )
            drawing.print(Text.from_ansi(frame(output)))
            # Without the address of a font that readers would have to fetch.
            style = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
            title = "python -m ftp_project serve … --status"
            return drawing.export_svg(title=title, code_format=style, unique_id="status")
    raise TimeoutError("the status screen showed no transfers")


def _client(port: int, user: str, command: str) -> None:
    ftp = ftplib.FTP()
    ftp.connect("127.0.0.1", port)
    ftp.login(user, "x")
    # The server is killed as soon as the picture is there.
    with contextlib.suppress(EOFError, OSError):
        if command.startswith("STOR"):
            ftp.storbinary(command, io.BytesIO(bytes(6_000_000)))
        else:
            ftp.retrbinary(command, lambda _: None)


def _idle(port: int) -> None:
    ftp = ftplib.FTP()
    ftp.connect("127.0.0.1", port)
    ftp.login("dora", "x")
    time.sleep(DEADLINE)


def main() -> None:
    """Write all pictures beside this file."""
    for name, (notebook, word) in FROM_NOTEBOOKS.items():
        (HERE / name).write_bytes(picture_of(NOTEBOOKS / notebook, word))
    (HERE / "status.svg").write_text(status_screen(), encoding="utf-8")


if __name__ == "__main__":
    main()
