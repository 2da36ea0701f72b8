"""Numbers for Prometheus, served as text over HTTP by the server's own loop.

The families and their names follow prometheus.io/docs/practices/naming: base units, ``_total``
for what only grows.
"""

# Prometheus pulls: it asks at times of its own choosing, and the server keeps numbers and no
# history. So nothing is lost when nobody asks, and nothing piles up. The port is on 127.0.0.1 only:
# the names of users do not stand in the numbers, but how busy a server is concerns nobody else.

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from ftp_project.loop import Coro, TimedOut, accept, close, now, recv, sendall, sleep, spawn
from ftp_project.server.observe import counters as c

#: seconds that a scraper has for its request and for reading the answer
DEADLINE = 5.0
#: bytes of a request; more are refused
REQUEST_LIMIT = 8192
#: the media type of the text format, version 0.0.4
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The sum of the counters of all processes (``per_process``); a collector of prometheus_client.

    ``refresh()`` is called before they are read. ``replaced()`` returns how many processes have
    been replaced; without it there is one process, which nobody replaces.
    """

    def __init__(
        self,
        per_process: Sequence[c.Counters],
        refresh: Callable[[], None] = lambda: None,
        replaced: Callable[[], int] | None = None,
    ) -> None:
        self._per_process = per_process
        self._refresh = refresh
        self._replaced = replaced
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics as they are now."""
        self._refresh()
        total = c.Totals(self._per_process)
        n = total.numbers
        yield GaugeMetricFamily("ftp_sessions", "Control connections open.", n[c.SESSIONS])
        yield GaugeMetricFamily("ftp_sessions_logged_in", "Sessions of a user.", n[c.LOGGED_IN])
        yield GaugeMetricFamily("ftp_transfers_running", "Data connections open.", n[c.RUNNING])
        yield CounterMetricFamily(
            "ftp_connections", "Control connections accepted.", n[c.CONNECTIONS]
        )
        yield _family(
            "ftp_logins",
            "Logins by outcome.",
            ["outcome"],
            {("accepted",): n[c.ACCEPTED], ("refused",): n[c.REFUSED]},
        )
        yield _family(
            "ftp_transfers",
            "File transfers that ended.",
            ["direction", "outcome"],
            {
                (direction, outcome): n[first + place]
                for place, direction in enumerate(("download", "upload"))
                for outcome, first in (("complete", c.COMPLETE), ("failed", c.FAILED))
            },
        )
        yield _family(
            "ftp_transferred_bytes",
            "Bytes of files moved, running transfers included.",
            ["direction"],
            {
                (direction,): n[c.BYTES + place] + n[c.MOVING + place]
                for place, direction in enumerate(("download", "upload"))
            },
        )
        yield _family(
            "ftp_failures",
            "Replies from 400 up.",
            ["code"],
            {(str(code),): count for code, count in total.failures().items()},
        )
        yield HistogramMetricFamily(
            "ftp_loop_lateness_seconds",
            "How much later than due the loop woke a task.",
            buckets=total.lateness(),
            sum_value=total.lateness_seconds,
        )
        if self._replaced is not None:
            sessions = GaugeMetricFamily(
                "ftp_worker_sessions", "Control connections by worker.", labels=["worker"]
            )
            for number, each in enumerate(self._per_process, 1):
                sessions.add_metric([str(number)], each.numbers[c.SESSIONS])
            yield sessions
            yield CounterMetricFamily(
                "ftp_workers_replaced", "Workers that ended and were replaced.", self._replaced()
            )

    # ------------------------------------------------------------------ HTTP

    def serve(self, listener: socket.socket) -> Coro[None]:
        """Answer scrapers until cancelled; the listener stays open."""
        while True:
            try:
                sock, _ = yield from accept(listener, None)
            except OSError:  # out of descriptors: the FTP listener says so
                yield from sleep(1.0)
                continue
            yield from spawn(self._answer(sock), "metrics")

    def _answer(self, sock: socket.socket) -> Coro[None]:
        """Answer one HTTP request (RFC 9112) and close: scrapers come seldom."""
        deadline = (yield from now()) + DEADLINE
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
