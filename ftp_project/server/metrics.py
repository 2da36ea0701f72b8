"""Numbers for Prometheus, served as text over HTTP by the server's own loop.

The families and their names follow prometheus.io/docs/practices/naming: base units, ``_total``
for what only grows.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ftp_project.loop import Coro, TimedOut, accept, close, recv, sendall, sleep, spawn
from ftp_project.server.core import Server
from ftp_project.server.observers import Done, Observer

if TYPE_CHECKING:
    from ftp_project.server.session import Session

#: seconds between two looks at how late the loop is
PROBE = 0.25
#: seconds that a scraper has for its request and for reading the answer
DEADLINE = 5.0
#: bytes of a request; more are refused
REQUEST_LIMIT = 8192
#: the media type of the text format, version 0.0.4
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics(Observer):
    """Counts what happens; a collector of prometheus_client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transfers: Counter[tuple[str, str]] = Counter()
        self._bytes: Counter[str] = Counter({"upload": 0, "download": 0})
        self._logins: Counter[str] = Counter({"accepted": 0, "refused": 0})
        self._failures: Counter[int] = Counter()
        self._connections = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._lateness = Histogram(
            "ftp_loop_lateness_seconds",
            "How much later than due the loop woke a task.",
            buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics as they are now."""
        moving = [
            (session.connection.upload, session.connection.moved)
            for session in (control.session for control in self._server.sessions)
            if session.connection is not None
        ]
        users = sum(control.session.user is not None for control in self._server.sessions)
        yield GaugeMetricFamily(
            "ftp_sessions", "Control connections open.", len(self._server.sessions)
        )
        yield GaugeMetricFamily("ftp_sessions_logged_in", "Sessions of a user.", users)
        yield GaugeMetricFamily("ftp_transfers_running", "Data connections open.", len(moving))
        yield CounterMetricFamily(
            "ftp_connections", "Control connections accepted.", self._connections
        )
        yield _family(
            "ftp_logins",
            "Logins by outcome.",
            ["outcome"],
            {(k,): n for k, n in self._logins.items()},
        )
        yield _family(
            "ftp_transfers", "File transfers that ended.", ["direction", "outcome"], self._transfers
        )
        moved = Counter(self._bytes)
        for upload, count in moving:
            moved["upload" if upload else "download"] += count
        yield _family(
            "ftp_transferred_bytes",
            "Bytes of files moved, running transfers included.",
            ["direction"],
            {(direction,): count for direction, count in moved.items()},
        )
        yield _family(
            "ftp_failures",
            "Replies from 400 up.",
            ["code"],
            {(str(code),): count for code, count in sorted(self._failures.items())},
        )

    # ------------------------------------------------------------------ events

    def session_began(self, session: Session) -> None:
        """Count a connection."""
        self._connections += 1

    def logged_in(self, session: Session) -> None:
        """Count a login."""
        self._logins["accepted"] += 1

    def login_failed(self, session: Session, name: str) -> None:
        """Count a failed login."""
        self._logins["refused"] += 1

    def transferred(self, session: Session, done: Done) -> None:
        """Count a transfer and its bytes."""
        self._transfers[done.name, "complete" if done.complete else "failed"] += 1
        self._bytes[done.name] += done.size

    def refused(self, session: Session, code: int) -> None:
        """Count a reply."""
        self._failures[code] += 1

    # ------------------------------------------------------------------ tasks

    def probe(self) -> Coro[None]:
        """Measure for ever how late the loop is."""
        clock = self._server.clock
        while True:
            due = clock() + PROBE
            yield from sleep(PROBE)
            self._lateness.observe(max(0.0, clock() - due))

    def serve(self, listener: socket.socket) -> Coro[None]:
        """Answer scrapers until cancelled."""
        try:
            while True:
                try:
                    sock, _ = yield from accept(listener, None)
                except OSError:  # out of descriptors: the FTP listener says so
                    yield from sleep(1.0)
                    continue
                yield from spawn(self._answer(sock), "metrics")
        finally:
            yield from close(listener)

    def _answer(self, sock: socket.socket) -> Coro[None]:
        """Answer one HTTP request (RFC 9112) and close: scrapers come seldom."""
        deadline = self._server.clock() + DEADLINE
        request = b""
        try:
            while b"\r\n\r\n" not in request and len(request) <= REQUEST_LIMIT:
                data = yield from recv(sock, REQUEST_LIMIT, deadline)
                if not data:
                    return
                request += data
            method, _, rest = request.partition(b" ")
            path = rest.split(b" ", 1)[0].split(b"?", 1)[0]
            if method not in (b"GET", b"HEAD"):
                answer = _http("405 Method Not Allowed", b"GET /metrics is all there is.\n")
            elif path != b"/metrics":
                answer = _http("404 Not Found", b"The metrics are at /metrics.\n")
            else:
                answer = _http("200 OK", self.text(), with_body=method == b"GET")
            yield from sendall(sock, answer, deadline)
        except (OSError, TimedOut):
            return
        finally:
            yield from close(sock)


def _family(
    name: str,
    text: str,
    labels: list[str],
    values: Mapping[Any, int],
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), value)
    return family


def _http(status: str, body: bytes, with_body: bool = True) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {TYPE}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + (body if with_body else b"")
