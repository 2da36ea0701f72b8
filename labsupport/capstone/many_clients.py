"""The users of a load, in one process: `python -m labsupport.capstone.many_clients ORDER`.

Each user is a thread with ftplib: blocking code, which is easy to believe. What each does is
recorded in a lane of its own, in the file that the environment names.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from labsupport.capstone.clients import Polite, polite
from labsupport.capstone.download import same
from labsupport.capstone.findings import Unmet, told
from labsupport.capstone.home import content
from labsupport.capstone.upload import stored
from labsupport.capstone.wire import Place
from labsupport.traces.recorder import Recorder

SIZE = 256 * 1024  # bytes that each user moves in each direction
LARGE = "large.bin"  # what a stalled user downloads: more than the buffers on its way hold
CHUNK = 64 * 1024


class Users:
    """All users, what they count together, and what they wait for together."""

    def __init__(self, place: Place, users: int, stalled: int) -> None:
        self.place = place
        self.users, self.stalled = users, stalled
        self.recorder = Recorder.from_environment()
        self.all_here = threading.Barrier(users)
        self.all_stall = threading.Barrier(users)  # the stalled ones have begun
        self.others_done = threading.Event()
        self.counts: Counter[str] = Counter()
        self.problems: set[str] = set()
        self._lock = threading.Lock()

    def run(self) -> dict[str, Any]:
        """Let all of them act, and return what became of them."""
        threads = [
            threading.Thread(target=self._guarded, args=(number,), daemon=True)
            for number in range(self.users)
        ]
        for thread in threads:
            thread.start()
        for thread in threads[self.stalled :]:
            thread.join(self.place.left(self.place.seconds))
        with self._lock:  # who has given up is not done, and who never stalled hindered nobody
            done = self.counts["done"] == self.users - self.stalled
            unhindered = done and self.counts["stalling"] == self.stalled
        self.others_done.set()
        for thread in threads[: self.stalled]:
            thread.join(self.place.left(self.place.seconds))
        if any(thread.is_alive() for thread in threads):
            self.problems.add("some users still waited when time was up")
        return {
            "together": self.counts["together"] == self.users,
            "uploads": self.counts["up"],
            "downloads": self.counts["down"],
            "unhindered": unhindered,
            "problems": sorted(self.problems),
        }

    def _guarded(self, number: int) -> None:
        try:
            self._one(number)
        except Unmet as unmet:
            self._give_up(f"{unmet.sent}: {unmet.came}; wanted {unmet.wanted}")
        except threading.BrokenBarrierError:
            self._give_up("not all users could be there at the same time")
        except OSError as error:
            self._give_up(f"a data connection: {told(error)}")

    def _give_up(self, problem: str) -> None:
        with self._lock:
            self.problems.add(problem)
        for barrier in (self.all_here, self.all_stall):
            barrier.abort()  # nobody needs to wait for this one

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def _one(self, number: int) -> None:
        stalls = number < self.stalled
        lane = f"user {number + 1}" + (" stalls" if stalls else "")
        with contextlib.ExitStack() as stack:
            with self.recorder.span("login", lane):
                client = stack.enter_context(polite(self.place, wait=self.place.seconds))
                client.voidcmd("TYPE I")
            self.all_here.wait(self.place.left(30.0))
            self._count("together")
            if stalls:
                self._stall(client, lane)
                return
            self.all_stall.wait(self.place.left(30.0))
            for act in (self._up, self._down)[:: 1 if number % 2 else -1]:
                act(client, number, lane)
            self._count("done")

    def _stall(self, client: Polite, lane: str) -> None:
        with client.transfercmd(f"RETR {LARGE}") as data:
            self._count("stalling")
            self.all_stall.wait(self.place.left(30.0))
            with self.recorder.wait("its reader", lane):
                self.others_done.wait(self.place.left(self.place.seconds))
            with self.recorder.span("down", lane):
                got = _read(data)
        client.voidresp()
        same(got, (self.place.home / LARGE).read_bytes(), f"RETR {LARGE}, read late")
        self._count("down")

    def _up(self, client: Polite, number: int, lane: str) -> None:
        name = f"user{number}.bin"
        wanted = content(number, SIZE)
        with client.transfercmd(f"STOR {name}") as data, self.recorder.span("up", lane):
            data.sendall(wanted)
            data.close()  # the end of the file; the span lasts until the server has it all
            client.voidresp()
        stored(self.place.home / name, wanted, "STOR by many users at once")
        self._count("up")

    def _down(self, client: Polite, number: int, lane: str) -> None:
        with client.transfercmd("RETR data.bin") as data, self.recorder.span("down", lane):
            got = _read(data)
            client.voidresp()
        same(got, (self.place.home / "data.bin").read_bytes(), "RETR by many users at once")
        self._count("down")


def _read(data: socket.socket) -> bytes:
    """Return all that comes, up to the end."""
    got = bytearray()
    while piece := data.recv(CHUNK):
        got += piece
    return bytes(got)


def main() -> None:
    """Read the order from the command line, carry it out and print what was found."""
    order = json.loads(sys.argv[1])
    place = Place(
        order["port"],
        Path(order["home"]),
        order["user"],
        order["password"],
        seconds=order["seconds"],
    )
    with place:
        print(json.dumps(Users(place, order["users"], order["stalled"]).run()), flush=True)
    os._exit(0)  # users that still wait need not be waited for


if __name__ == "__main__":
    main()
