"""Use the server for minutes as many different clients do, and see that nothing is left behind.

    python benchmarks/soak.py [SECONDS]

Prints the server's open descriptors, resident memory, sessions and hidden upload files at the
start, each tenth of the time, and after all clients have left. Needs curl and lftp. Talks to
127.0.0.1 only.
"""

from __future__ import annotations

import contextlib
import ftplib
import hashlib
import io
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

HOST, USER, PASSWORD = "127.0.0.1", "soak", "soak"
FEW_RETRIES = "set net:max-retries 1; set net:timeout 20"
PAUSE = 0.02  # seconds between two visits of a client, or the rude ones would crowd out the rest
Client = Callable[[int, Path], None]


@contextlib.contextmanager
def running_server(root: Path) -> Iterator[tuple[psutil.Process, int]]:
    """Start the server on a free port; end it with SIGTERM."""
    command = [sys.executable, "-m", "ftp_project", "serve", str(root), "--port", "0"]
    command += ["--user", f"{USER}:{PASSWORD}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield (
                psutil.Process(process.pid),
                int(line.split("ftp://")[1].split("/")[0].split(":")[1]),
            )
        finally:
            process.terminate()


def with_ftplib(port: int, place: Path) -> None:
    """Upload, list, download, rename and delete with Python's own client."""
    data = random.randbytes(random.choice((0, 1, 65_536, 3_000_000)))
    name = f"lib-{threading.get_ident()}"
    with ftplib.FTP() as ftp:
        ftp.connect(HOST, port, timeout=30)
        ftp.login(USER, PASSWORD)
        ftp.storbinary(f"STOR {name}", io.BytesIO(data))
        names = dict(ftp.mlsd())
        assert name in names, "the upload is not listed"
        back: list[bytes] = []
        ftp.retrbinary(f"RETR {name}", back.append)
        assert hashlib.sha256(b"".join(back)).digest() == hashlib.sha256(data).digest()
        ftp.rename(name, f"{name}.done")
        ftp.delete(f"{name}.done")
        ftp.quit()


def with_curl(port: int, place: Path) -> None:
    """Upload and download with curl."""
    name = f"curl-{threading.get_ident()}"
    url = f"ftp://{USER}:{PASSWORD}@{HOST}:{port}/{name}"
    local = place / name
    local.write_bytes(random.randbytes(200_000))
    subprocess.run(["curl", "-sS", "-T", local, url], check=True, timeout=60)
    done = subprocess.run(["curl", "-sS", url], check=True, timeout=60, capture_output=True)
    assert done.stdout == local.read_bytes(), "curl got other bytes back"


def with_lftp(port: int, place: Path) -> None:
    """Mirror a small tree up and remove it again with lftp."""
    tree = place / f"tree-{threading.get_ident()}"
    for number in range(10):
        part = tree / str(number % 3) / f"{number}.bin"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(random.randbytes(5_000))
    script = f"{FEW_RETRIES}; mirror -R -P 3 {tree} {tree.name}; rm -r {tree.name}; bye"
    login = ["-u", f"{USER},{PASSWORD}", "-p", str(port), HOST]
    subprocess.run(["lftp", "-e", script, *login], check=True, timeout=90, capture_output=True)


def that_dies(port: int, place: Path) -> None:
    """Begin an upload or a download and reset both connections in the middle."""
    with ftplib.FTP() as ftp:
        ftp.connect(HOST, port, timeout=30)
        ftp.login(USER, PASSWORD)
        upload = random.random() < 0.5
        data = ftp.transfercmd("STOR victim" if upload else "RETR large")
        if upload:
            data.sendall(random.randbytes(100_000))
        else:
            data.recv(100_000)
        assert ftp.sock is not None
        for sock in (data, ftp.sock):  # linger 0: close sends a reset (man 7 socket)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.close()
        ftp.sock = None


def that_is_rude(port: int, place: Path) -> None:
    """Connect, send nonsense, and leave without a word."""
    with socket.create_connection((HOST, port), timeout=30) as sock:
        sock.sendall(random.randbytes(2_000) + b"\r\n")
        sock.recv(4_096)


CLIENTS: tuple[Client, ...] = (
    with_ftplib, with_ftplib, with_ftplib, with_curl, with_lftp, that_dies, that_is_rude,
)  # fmt: skip


def state(server: psutil.Process, root: Path) -> str:
    """Return what the server holds right now."""
    hidden = sum(1 for _, _, files in os.walk(root) for name in files if name.startswith("."))
    memory = server.memory_info().rss / 2**20
    return f"descriptors {server.num_fds():4}  memory {memory:6.1f} MiB  hidden files {hidden:3}"


def use(client: Client, port: int, place: Path, until: float, counts: Counter[str]) -> None:
    """Be this client again and again until the time is up."""
    while time.monotonic() < until:
        try:
            client(port, place)
            counts[client.__name__] += 1
            time.sleep(PAUSE)
        except (
            OSError,
            ftplib.Error,
            subprocess.SubprocessError,
            AssertionError,
            EOFError,
        ) as error:
            counts[f"{client.__name__} FAILED: {type(error).__name__} {error}"[:200]] += 1


def main(seconds: float) -> int:
    """Run the soak; return 1 if a client that should succeed failed or something was left."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        root, place = Path(folder, "root"), Path(folder, "place")
        root.mkdir()
        place.mkdir()
        (root / "large").write_bytes(bytes(20_000_000))
        with running_server(root) as (server, port):
            with_ftplib(port, place)  # what is loaded and opened once is no leak
            before = server.num_fds()
            print(f"start      {state(server, root)}", flush=True)
            until = time.monotonic() + seconds
            threads = [
                threading.Thread(target=use, args=(client, port, place, until, counts))
                for client in CLIENTS
            ]
            for thread in threads:
                thread.start()
            for tenth in range(1, 11):
                time.sleep(max(0.0, until - time.monotonic()) / (11 - tenth))
                print(f"{tenth * 10:3} %      {state(server, root)}", flush=True)
            for thread in threads:
                thread.join()
            deadline = time.monotonic() + 30
            while server.num_fds() > before and time.monotonic() < deadline:
                time.sleep(0.1)
            print(f"end        {state(server, root)}")
            left = server.num_fds() - before
    for what, count in sorted(counts.items()):
        print(f"{count:7} × {what}")
    print(f"descriptors left open: {left}")
    return int(left > 0 or any("FAILED" in what for what in counts))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0))
