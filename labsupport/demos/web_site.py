"""A small web site that stands for the internet: it is slow, fails and redirects on request.

usage: python web_site.py [PORT]          (without PORT the system picks a free one)

    /                    the list of all pages
    /harbour             a page of 30 to 70 kilobytes, as are /market, /museum, …
    /harbour?delay=0.2   the answer begins 0.2 seconds later
    /harbour?drip=0.1    the body comes in ten pieces, with a pause of 0.1 s before each
    /harbour?status=503  the page is an error
    /harbour?cut=1       the connection ends in the middle of the page
    /harbour?meet=3      the answer waits until 3 visitors wait at once (or nobody more comes)
    /go?to=/harbour      a redirect
    /loop                a redirect to itself
    /visitors            JSON: how many asked, and how many of them at once, at most

Every request gets a thread of its own, so a slow page delays nobody but its reader.
"""

import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
PLACES = [
    "bakery",
    "bridge",
    "garden",
    "harbour",
    "library",
    "market",
    "museum",
    "station",
    "theatre",
]
LONGEST_WAIT = 10.0  # seconds of delay or drip, at most
PATIENCE = 0.7  # seconds in which ?meet= hopes for one more visitor
DRIPS = 10

_SUBJECTS = ["The old town", "A visitor", "The mayor", "A child", "The night watch"]
_VERBS = ["walks past", "likes", "has painted", "once measured", "looks for"]
_THINGS = ["the green door", "nine stone steps", "the clock", "a map of 1742", "the last boat"]


def page(place: str) -> bytes:
    """Return the HTML page about a place, always the same 30 to 70 kilobytes."""
    rooms = 30 + 4 * PLACES.index(place)
    parts = [
        f"<!doctype html>\n<html lang='en'>\n<head><meta charset='utf-8'>"
        f"<title>The {place}</title></head>\n<body>\n<h1>The {place}</h1>\n"
    ]
    for room in range(rooms):
        sentences = " ".join(
            f"{_SUBJECTS[(room + step) % 5]} {_VERBS[(room * step) % 5]} "
            f"{_THINGS[(room + step * step) % 5]} of the {place}."
            for step in range(20)
        )
        parts.append(f"<h2>Part {room + 1}</h2>\n<p>{sentences}</p>\n")
    links = " · ".join(f"<a href='/{other}'>{other}</a>" for other in PLACES)
    parts.append(f"<p>{links}</p>\n</body>\n</html>\n")
    return "".join(parts).encode()


def index() -> bytes:
    """Return the front page."""
    items = "\n".join(f"<li><a href='/{place}'>The {place}</a></li>" for place in PLACES)
    return f"<!doctype html>\n<title>A town</title>\n<ul>\n{items}\n</ul>\n".encode()


class Visitors:
    """Counts who is inside: one visitor is one request from its arrival to its last byte."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = self._waiting = self.most = self.all = 0
        self._hope = True

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Count one visitor while the block lasts."""
        with self._changed:
            self._inside += 1
            self.all += 1
            self.most = max(self.most, self._inside)
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1

    def meet(self, number: int) -> None:
        """Wait until so many wait here at once; after one disappointment nobody waits again."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            met = self._changed.wait_for(
                lambda: self._waiting >= number or not self._hope, PATIENCE
            )
            if not met:
                self._hope = False
                self._changed.notify_all()


class Town(BaseHTTPRequestHandler):
    """Answers one request. HTTP/1.0: the end of the connection is the end of the page."""

    visitors = Visitors()

    def do_GET(self) -> None:
        """Find out what is wanted and send it."""
        parts = urlsplit(self.path)
        place = parts.path.strip("/")
        wishes = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if place == "visitors":
            self.send_page(json.dumps({"all": self.visitors.all, "most": self.visitors.most}))
        elif place == "loop" or "to" in wishes:
            self.send_redirect(wishes.get("to", "/loop"))
        elif place and place not in PLACES:
            self.send_page(f"There is no page {parts.path}", status=404)
        else:
            with contextlib.suppress(ConnectionError):  # the reader has left
                self.send_place(page(place) if place else index(), wishes)

    def send_place(self, body: bytes, wishes: dict[str, str]) -> None:
        """Send a page as slow and as broken as it is wished for."""
        try:
            delay, drip = (self.seconds(wishes.get(name, "0")) for name in ("delay", "drip"))
            status = HTTPStatus(int(wishes.get("status", "200")))
            crowd = int(wishes.get("meet", "0"))
        except ValueError as error:
            self.send_page(f"This is no number that can be used here: {error}", status=400)
            return
        if status != HTTPStatus.OK:
            body = f"{status.value} {status.phrase}\n".encode()
        size = -(-len(body) // DRIPS) if drip else len(body)
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        # The last piece goes out after the count: who has it may ask for the next page at once.
        with self.visitors.inside():
            if crowd:
                self.visitors.meet(crowd)
            time.sleep(delay)
            self.send_head(status, len(body))
            if "cut" in wishes:
                self.wfile.write(body[: len(body) // 2])
                return
            for piece in pieces[:-1]:
                time.sleep(drip)
                self.wfile.write(piece)
            time.sleep(drip)
        self.wfile.write(pieces[-1])

    def seconds(self, text: str) -> float:
        """Read a number of seconds, 0 to 10."""
        value = float(text)
        if not 0 <= value <= LONGEST_WAIT:
            raise ValueError(f"{text} is not between 0 and {LONGEST_WAIT:g} seconds")
        return value

    def send_redirect(self, target: str) -> None:
        """Send the reader to another page (RFC 9110, section 15.4.3)."""
        if not target.startswith("/") or not target.isprintable():
            self.send_page("A redirect leads to a page of this site", status=400)
            return
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_page(self, text: str, status: int = 200) -> None:
        """Send a short text at once."""
        body = text.encode()
        self.send_head(HTTPStatus(status), len(body))
        self.wfile.write(body)

    def send_head(self, status: HTTPStatus, length: int) -> None:
        """Send the status line and the headers."""
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Keep quiet: the log belongs to the lesson."""


class Site(ThreadingHTTPServer):
    """Threads of visitors do not keep the site from ending; many may knock at once."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a visitor who has left."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def main() -> None:
    """Listen, say where, and serve until Ctrl-C or SIGTERM."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as after Ctrl-C
    with Site((HOST, port), Town) as site:
        print(f"listening on {HOST}:{site.server_port}", flush=True)
        try:
            site.serve_forever(poll_interval=0.05)
        except KeyboardInterrupt:
            print("stopped", flush=True)


if __name__ == "__main__":
    main()
