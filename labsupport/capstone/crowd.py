"""Stage 6: many users at once. What is proved here is proved by events, not by seconds."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack

from labsupport.capstone.clients import Polite, polite
from labsupport.capstone.download import same
from labsupport.capstone.findings import Unmet, told
from labsupport.capstone.home import content
from labsupport.capstone.items import item
from labsupport.capstone.upload import stored
from labsupport.capstone.wire import Place

USERS = 20
SIZE = 256 * 1024  # bytes that each user moves in each direction
BY_ALL = f"RETR large.bin by {USERS} users"
ROOM = 64 * 1024
WINDOW = 40 * 1024 * 1024  # bytes to all users, over which their shares are compared
PART = 32 * 1024  # bytes that the judge takes from one user before the next has its turn
ENOUGH = 0.25
WINDOWS = 3  # a fair server may have bad luck on a busy machine, but not three times
ONE_LOOP = "12 and 13: one loop that serves whoever is ready, and waits for nobody"


class Crowd:
    """Users in threads, who wait for each other and whose first failure is told."""

    def __init__(self, place: Place, doing: str) -> None:
        self.place = place
        self.doing = doing
        self.failures: list[Unmet] = []
        self._arrived = 0
        self._lock = threading.Lock()
        self._barrier = threading.Barrier(USERS, action=self._all_met)

    def _all_met(self) -> None:
        self._arrived = 0

    def meet(self) -> None:
        """Wait until every user is here. Raises Unmet when some never come."""
        with self._lock:
            self._arrived += 1
        try:
            self._barrier.wait(self.place.left(10.0))
        except threading.BrokenBarrierError:
            came = f"{self._arrived} of them got so far, and the others had to wait"
            raise Unmet(f"{USERS} users at the same time", self.doing, came) from None

    def run(self, act: Callable[[int], None]) -> None:
        """Let all users act at once. Raises the first Unmet."""
        threads = [
            threading.Thread(target=self._one, args=(act, i), daemon=True) for i in range(USERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(self.place.left(self.place.seconds))
        if self.failures:
            raise self.failures[0]
        if any(thread.is_alive() for thread in threads):
            raise Unmet("that all users come to their end", self.doing, "some of them still wait")

    def _one(self, act: Callable[[int], None], number: int) -> None:
        try:
            act(number)
        except Unmet as unmet:
            self.failures.append(unmet)
            self._barrier.abort()  # the others need not wait for this one
        except OSError as error:
            self.failures.append(Unmet("that the transfer goes on", self.doing, told(error)))
            self._barrier.abort()


@item(
    6,
    "together",
    rule="RFC 959, 2.3: every client has a control connection of its own, for as long as it wants.",
    lesson="10: three kinds of servers; " + ONE_LOOP,
)
def together(place: Place) -> None:
    """20 users are logged in at the same time, and all of them are answered."""
    wires = [place.session() for _ in range(USERS)]
    for wire in wires:
        wire.send(b"NOOP\r\n", "NOOP by 20 users")
    for wire in wires:
        wire.reply("200", "500", "502")


def _up(crowd: Crowd, client: Polite, number: int) -> None:
    name = f"user{number}.bin"
    connection = client.transfercmd(f"STOR {name}")
    crowd.meet()  # 20 transfers are open now
    with connection:
        connection.sendall(content(number, SIZE))
    client.voidresp()
    stored(crowd.place.home / name, content(number, SIZE), f"STOR {name}, by 20 users at once")


def _down(crowd: Crowd, client: Polite, number: int) -> None:
    connection = client.transfercmd(f"RETR down{number}.bin")
    crowd.meet()
    got = bytearray()
    with connection:
        while piece := connection.recv(ROOM):
            got += piece
    client.voidresp()
    same(bytes(got), content(number, SIZE), f"RETR down{number}.bin, by 20 users at once")


@item(
    6,
    "up-and-down",
    rule="RFC 959, 2.3: the data connection belongs to one control connection, its bytes too.",
    lesson="12: buffers, files and sockets of one client in one place; " + ONE_LOOP,
    seconds=40.0,
)
def up_and_down(place: Place) -> None:
    """20 users upload and download at the same time, and every byte is the right user's."""
    for number in range(USERS):
        (place.home / f"down{number}.bin").write_bytes(content(number, SIZE))
    crowd = Crowd(place, "STOR or RETR by 20 users, all before the first byte")

    def user(number: int) -> None:
        with polite(place) as client:
            client.voidcmd("TYPE I")
            acts = [_up, _down] if number % 2 else [_down, _up]
            for act in acts:
                act(crowd, client, number)

    crowd.run(user)


@item(
    6,
    "own-directory",
    rule="RFC 959, 4.1.1: CWD is about the session that says it.",
    lesson="04 and 06: what is shared and what is not; never os.chdir() in a server",
)
def own_directory(place: Place) -> None:
    """One user's CWD does not move another one."""
    one, other = place.session(), place.session()
    top = other.directory()
    one.ask("CWD sub", "250", "200")
    if (found := other.directory()) != top:
        sent = "CWD sub by one user, PWD by another"
        raise Unmet(f"the path {top} in the other's PWD", sent, f'257 "{found}"')
    got = other.fetch("RETR readme.txt")
    same(got, (place.home / "readme.txt").read_bytes(), "RETR readme.txt by the other user")


def _others_work(place: Place, meanwhile: str) -> None:
    """Want that a second user can do everything while somebody stalls."""
    try:
        wire = place.session()
        same(wire.fetch("RETR data.bin"), (place.home / "data.bin").read_bytes(), "RETR data.bin")
        wire.store("STOR meanwhile.txt", b"done\n")
        wire.fetch("LIST")
    except Unmet as unmet:
        raise Unmet(unmet.wanted, f"{meanwhile}; another user: {unmet.sent}", unmet.came) from None


@item(
    6,
    "stalled-reader",
    rule="RFC 959, 2.3: the users' connections have nothing to do with each other (and RFC 9293, "
    "3.8.6: a receiver may close its window for as long as it likes).",
    lesson="12: a reader that never reads; " + ONE_LOOP,
)
def stalled_reader(place: Place) -> None:
    """A user who does not read a download holds up nobody, and gets the rest later."""
    wire = place.session()
    data = wire.transfer("RETR large.bin", ROOM)
    _others_work(place, "RETR large.bin, and nothing read")
    wanted = (place.home / "large.bin").read_bytes()
    same(wire.read_all(data, len(wanted)), wanted, "RETR large.bin, read late")
    wire.reply("226", "250")


@item(
    6,
    "stalled-writer",
    rule="RFC 959, 2.3: the users' connections have nothing to do with each other.",
    lesson="12: recv() only where there is something; " + ONE_LOOP,
)
def stalled_writer(place: Place) -> None:
    """A user who pauses in an upload holds up nobody, and ends it later."""
    wire = place.session()
    data = wire.transfer("STOR paused.bin")
    first, rest = content(1, SIZE)[: SIZE // 2], content(1, SIZE)[SIZE // 2 :]
    wire.push(data, first)
    _others_work(place, "half of STOR paused.bin")
    with data:
        wire.push(data, rest)
    wire.reply("226", "250")
    stored(place.home / "paused.bin", content(1, SIZE), "STOR paused.bin, in two halves")


@item(
    6,
    "fairness",
    rule="No RFC asks for it; a server for many does. Each gets at least a quarter of its share.",
    lesson="06: a round-robin scheduler: a bounded amount for each, then the next one's turn",
    seconds=60.0,
)
def fairness(place: Place) -> None:
    """Of 20 users who download at the same time none gets less than a quarter of its share."""
    best = 0.0
    for _ in range(WINDOWS):
        best = max(best, _least_share(place))
        if best >= ENOUGH:
            return
    came = "one got less than a quarter of that" if best else "one got nothing at all"
    raise Unmet("a twentieth for each", BY_ALL, came)


def _least_share(place: Place) -> float:
    """Return what the poorest of all users got, as a part of an equal share."""
    with ExitStack() as stack:
        wires = [place.session() for _ in range(USERS)]
        for wire in wires:
            stack.enter_context(wire.socket)
        datas = [wire.data(room=ROOM) for wire in wires]
        for wire in wires:
            wire.send(b"RETR large.bin\r\n", BY_ALL)
        selector = stack.enter_context(selectors.DefaultSelector())
        got: dict[socket.socket, int] = {}
        for data in datas:
            stack.enter_context(data)
            data.setblocking(False)
            selector.register(data, selectors.EVENT_READ)
            got[data] = 0
        _read_in_turns(place, selector, got)
        return min(got.values()) * USERS / max(1, sum(got.values()))


def _read_in_turns(
    place: Place, selector: selectors.BaseSelector, got: dict[socket.socket, int]
) -> None:
    buffer = bytearray(PART)
    while sum(got.values()) < WINDOW:
        ready = selector.select(place.left())
        if not ready:
            raise Unmet("data for them", BY_ALL, "nothing any more")
        for key, _ in ready:
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            try:
                size = connection.recv_into(buffer)
            except OSError as error:
                raise Unmet("data for each", BY_ALL, told(error)) from None
            if not size:  # this one has its whole file; the others may still come
                selector.unregister(connection)
                if not selector.get_map():
                    return
            got[connection] += size
