"""Many clients at once for a server that answers line by line; every reply is verified."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from labsupport.network.address import Address, Addressed, address_of

MOST_CLIENTS = 5_000
MOST_MESSAGES = 1_000_000


@dataclass(frozen=True)
class Report:
    """What came of a load.

    Attributes:
        clients: how many clients there were.
        sent: messages sent, over all clients.
        right: replies that came back exactly as they should.
        errors: one sentence for each client that failed, in the clients' order.
        seconds: how long it took; never print it where outputs are compared.

    >>> print(Report(clients=100, sent=10_000, right=10_000))
    100 clients, 10000 replies, all right
    >>> print(Report(2, 8, 7, ("client 1: the connection was reset",)))
    2 clients, 7 of 8 replies right; client 1: the connection was reset
    """

    clients: int
    sent: int
    right: int
    errors: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def all_right(self) -> bool:
        """Every message was answered and every reply was right."""
        return self.right == self.sent and not self.errors

    def __str__(self) -> str:
        who = f"{self.clients} client{'s' if self.clients != 1 else ''}"
        if self.all_right:
            return f"{who}, {self.right} replies, all right"
        text = f"{who}, {self.right} of {self.sent} replies right"
        if self.errors:
            text += f"; {self.errors[0]}"
        if len(self.errors) > 1:
            text += f" (and {len(self.errors) - 1} more clients failed)"
        return text

    __repr__ = __str__


class _Client:
    """One connection that sends a message, checks the reply, and sends the next."""

    def __init__(self, number: int, messages: int, transform: Callable[[bytes], bytes]) -> None:
        self.number = number
        self.messages = messages
        self.transform = transform
        self.sent = 0
        self.right = 0
        self.error = ""
        self.unsent = b""
        self.expected = b""
        self.last_progress = time.monotonic()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)

    @property
    def done(self) -> bool:
        return bool(self.error) or self.right == self.messages

    def connect(self, address: Address) -> None:
        with contextlib.suppress(BlockingIOError):  # it goes on while we do other things
            self.socket.connect(address)

    def next_message(self) -> None:
        text = f"client {self.number} message {self.sent}\n".encode()
        self.unsent, self.expected = text, self.transform(text)
        self.sent += 1

    def on_writable(self) -> None:
        if code := self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, "")
        if self.sent == 0:
            self.next_message()
        if self.unsent:
            self.unsent = self.unsent[self.socket.send(self.unsent) :]
            self.last_progress = time.monotonic()

    def on_readable(self) -> None:
        data = self.socket.recv(65536)
        self.last_progress = time.monotonic()
        if not data:
            self.error = "the server closed the connection"
        elif not self.expected.startswith(data):
            self.error = f"wrong reply {data[:40]!r} instead of {self.expected[:40]!r}"
        else:
            self.expected = self.expected[len(data) :]
            if not self.expected:
                self.right += 1
                if not self.done:
                    self.next_message()

    @property
    def interest(self) -> int:
        wants_to_write = self.sent == 0 or self.unsent
        read = selectors.EVENT_READ if self.sent else 0
        return read | (selectors.EVENT_WRITE if wants_to_write else 0)


def _in_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused: nobody listens there"
    if isinstance(error, (ConnectionResetError, BrokenPipeError)):
        return "the connection was reset"
    return type(error).__name__


def clients(
    server: Addressed | Address,
    n: int = 100,
    messages: int = 100,
    *,
    transform: Callable[[bytes], bytes] = bytes.upper,
    timeout: float = 15.0,
) -> Report:
    """Let n clients, all connected at once, send messages and verify every byte of the replies.

    Each client sends its next message when the reply to the last has come. All run in this
    thread, on a selector.

    Args:
        server: what `running_server` returned, or (host, port).
        n: clients, 1 to 5,000.
        messages: messages of each client, at least 1.
        transform: what the server makes of a message; `bytes.upper` for the course's servers,
            `bytes` for one that echoes unchanged.
        timeout: seconds without any progress after which a client gives up.

    Raises:
        ValueError: a number is out of range.
        OSError: this process may not open n more sockets.
        TypeError: `server` is none.

    >>> from labsupport.network.servers import running_server
    >>> with running_server("selectors_echo") as server:
    ...     print(clients(server, n=10, messages=10))
    10 clients, 100 replies, all right
    """
    address = address_of(server)
    if not 1 <= n <= MOST_CLIENTS:
        raise ValueError(f"n must be 1 to {MOST_CLIENTS} clients, not {n!r}")
    if not 1 <= messages * n <= MOST_MESSAGES:
        raise ValueError(
            f"n * messages must be 1 to {MOST_MESSAGES} messages, not {n * messages!r}"
        )
    start = time.monotonic()
    crowd: list[_Client] = []
    try:
        for number in range(n):
            crowd.append(_Client(number, messages, transform))
        _run(crowd, address, timeout)
    finally:
        for client in crowd:
            client.socket.close()
    return Report(
        clients=n,
        sent=sum(client.sent for client in crowd),
        right=sum(client.right for client in crowd),
        errors=tuple(f"client {c.number}: {c.error}" for c in crowd if c.error),
        seconds=time.monotonic() - start,
    )


def _run(crowd: list[_Client], address: Address, timeout: float) -> None:
    with selectors.DefaultSelector() as selector:
        for client in crowd:
            try:
                client.connect(address)
            except OSError as error:
                client.error = _in_words(error)
            else:
                selector.register(client.socket, selectors.EVENT_WRITE, client)
        while selector.get_map():
            ready = selector.select(timeout=min(0.25, timeout))
            for key, events in ready:
                _serve(key.data, events)
                if key.data.done:
                    selector.unregister(key.fileobj)
                    key.data.socket.close()
                elif key.data.interest != key.events:
                    selector.modify(key.fileobj, key.data.interest, key.data)
            _give_up_on_silent(selector, time.monotonic() - timeout, timeout)


def _serve(client: _Client, events: int) -> None:
    try:
        if events & selectors.EVENT_WRITE:
            client.on_writable()
        if events & selectors.EVENT_READ:
            client.on_readable()
    except BlockingIOError:
        pass
    except OSError as error:
        client.error = _in_words(error)


def _give_up_on_silent(selector: selectors.BaseSelector, before: float, timeout: float) -> None:
    for key in list(selector.get_map().values()):
        client = key.data
        if client.last_progress < before:
            what = "no reply" if client.sent else "no connection"
            client.error = f"{what} within {timeout:g} s"
            selector.unregister(client.socket)
            client.socket.close()
