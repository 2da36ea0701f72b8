"""What idle sessions cost: memory, and the time that a command takes while they stand.

    python benchmarks/scale.py [--sessions 100,1000,5000,10000] [--selectors epoll,poll,select]

For each number and each selector a new server is started with a soft limit of 1024 descriptors,
which it has to raise itself. The sessions come from several loopback addresses (127.0.0.x), as one
has too few ports, and all log in. Then one NOOP after the other is sent, each in another session.

* memory: growth of the server's share of memory (Pss, proc_pid_smaps(5)) per session
* p50, p99: the time from a NOOP to its answer, as a client sees it
* CPU: the server's processor time per NOOP (schedstat, proc(5)); "growth" is its ratio to the
  first row of the same selector, measured in the same run

select() watches descriptors below 1024 only; rows that cannot be are left out with a reason. Linux
only. Talks to 127.0.0.x only.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

USER, PASSWORD = "scale", "scale"
#: sessions from one source address: far fewer than it has ports
PER_ADDRESS = 5000
#: connections that are opened before their answers are read
BATCH = 200
#: NOOPs that are measured, and those before them that are not
ASKED, WARM_UP = 4000, 400
#: descriptors of the server beside its sessions
SPARE = 20
#: the ceiling of select(2)
SELECT_CEILING = 1024


class Cost(NamedTuple):
    """One row: bytes a session, seconds of a NOOP, processor seconds of a NOOP, logins a second."""

    memory: float
    p50: float
    p99: float
    cpu: float
    logins: float


@contextlib.contextmanager
def running_server(selector: str) -> Iterator[tuple[int, int]]:
    """Start a server for an empty directory; give its process id and its port."""
    with tempfile.TemporaryDirectory(prefix="scale-") as root:
        command = [sys.executable, "-m", "ftp_project", "serve", root, "--port", "0"]
        command += ["--user", f"{USER}:{PASSWORD}", "--selector", selector]
        command += ["--idle-timeout", "3600"]
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        with process:
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                yield process.pid, int(line.split("ftp://")[1].split("/")[0].rpartition(":")[2])
            finally:
                process.terminate()


def proportional_memory(pid: int) -> int:
    """Return the bytes of memory that count for a process, shared ones in part (Pss)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise OSError("this system tells no Pss")


def processor_time(pid: int) -> float:
    """Return the seconds that a process of one thread has run."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def log_in(port: int, count: int, number: int) -> list[socket.socket]:
    """Open ``count`` sessions, of which the first is the ``number``-th in all; return them."""
    socks = []
    for each in range(number, number + count):
        source = f"127.0.0.{2 + each // PER_ADDRESS}"
        sock = socket.create_connection(("127.0.0.1", port), 60, (source, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(f"USER {USER}\r\nPASS {PASSWORD}\r\n".encode())
        socks.append(sock)
    for sock in socks:
        answer = b""
        while b"\r\n230 " not in answer:
            data = sock.recv(4096)
            if not data:
                raise OSError(f"the server ended a session: {answer!r}")
            answer += data
    return socks


def ask(sock: socket.socket) -> float:
    """Send a NOOP, return the seconds until its answer."""
    began = time.perf_counter()
    sock.sendall(b"NOOP\r\n")
    answer = sock.recv(200)
    seconds = time.perf_counter() - began
    if not answer.startswith(b"200 "):
        raise OSError(f"NOOP was answered with {answer!r}")
    return seconds


def measure(selector: str, count: int, asked: int = ASKED) -> Cost:
    """Return what ``count`` idle sessions cost a server with this selector."""
    socks: list[socket.socket] = []
    with running_server(selector) as (pid, port):
        try:
            socks += log_in(port, 1, 0)  # what is loaded and opened once is no session's cost
            before, began = proportional_memory(pid), time.perf_counter()
            while len(socks) <= count:
                socks += log_in(port, min(BATCH, count + 1 - len(socks)), len(socks))
            logins = count / (time.perf_counter() - began)
            memory = (proportional_memory(pid) - before) / count
            for sock in random.choices(socks, k=min(WARM_UP, asked)):
                ask(sock)
            cpu = processor_time(pid)
            seconds = sorted(ask(sock) for sock in random.choices(socks, k=asked))
            cpu = (processor_time(pid) - cpu) / asked
        finally:
            for sock in socks:
                sock.close()
    return Cost(memory, statistics.median(seconds), seconds[len(seconds) * 99 // 100], cpu, logins)


def table(selectors: list[str], counts: list[int]) -> Iterator[str]:
    """Measure row by row; yield each as text."""
    yield "selector  sessions   KiB/session   NOOP p50 µs   p99 µs   CPU µs   growth   logins/s"
    for selector in selectors:
        first = 0.0
        for count in counts:
            row = f"{selector:8}  {count:8,}"
            why_not = obstacle(selector, count)
            if why_not:
                yield f"{row}   {why_not}"
                continue
            cost = measure(selector, count)
            first = first or cost.cpu
            yield (
                f"{row}   {cost.memory / 1024:11.2f}   {cost.p50 * 1e6:11.0f}   "
                f"{cost.p99 * 1e6:6.0f}   {cost.cpu * 1e6:6.0f}   {cost.cpu / first:6.2f}   "
                f"{cost.logins:8,.0f}"
            )


def obstacle(selector: str, count: int) -> str:
    """Return why ``count`` sessions cannot be, "" when they can."""
    if selector == "select" and count + SPARE > SELECT_CEILING:
        return f"select() watches descriptors below {SELECT_CEILING} only"
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and count + SPARE > hard:
        return f"the hard limit of descriptors is {hard:,}: raise it (ulimit -Hn)"
    return ""


def main() -> int:
    """Print the table; 2 for a mistake in the arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", default="100,1000,5000,10000", metavar="N,N…")
    parser.add_argument("--selectors", default="epoll,poll,select", metavar="NAME,NAME…")
    arguments = parser.parse_args()
    try:
        counts = [int(word) for word in arguments.sessions.split(",")]
    except ValueError:
        parser.error(f"--sessions takes numbers with commas between, not {arguments.sessions!r}")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(counts) + SPARE
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    for line in table(arguments.selectors.split(","), counts):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
