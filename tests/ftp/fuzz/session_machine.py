"""Whole sessions at random against a real server (hypothesis' rule-based state machine).

Several clients at once send any commands in any order, open data connections or not, break off
in the middle. What must hold, whatever they do:

* one final reply for each command, in order (RFC 959 5.4): after every step PWD is asked, and
  only its own answer may come;
* a command that is refused (4xx, 5xx) has changed nothing on the disk;
* what is answered 226 is on the disk, or has come from it, byte for byte;
* nothing outside of the served directory is read or written;
* when all have left no descriptor and no temporary file is left, and nothing was complained of.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import struct
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from live_server import FtpServer, wait_until
from patience import HANG
from raw_client import RawClient
from session_words import NAMES, PASSIVE, SECRET, TRANSFERS, VERBS, WORDS, connections_of, tree_of

MOST_CLIENTS = 3

names = st.sampled_from(NAMES)
contents = st.one_of(
    st.binary(max_size=50), st.sampled_from([b"x" * 70_000, b"line\r\nline\n" * 3000])
)
arguments = st.one_of(names, st.sampled_from(WORDS))
clients = st.integers(0, MOST_CLIENTS - 1)


class Sessions(RuleBasedStateMachine):
    """The clients; ``server`` is set once for all runs, see ``machine_for``."""

    server: FtpServer

    def __init__(self) -> None:
        super().__init__()
        self.clients: dict[int, RawClient] = {}
        #: clients that have prepared a data connection and not used it
        self.prepared: set[int] = set()

    @initialize()
    def fresh_directory(self) -> None:
        """Start with a file, a directory, and two links: one out of the jail, one to itself."""
        root = self.server.root
        for path in root.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (root / "d").mkdir()
        (root / "a").write_bytes(b"first\r\nsecond\n")
        (root / "out").symlink_to("../secret")
        (root / "loop").symlink_to("loop")
        (root.parent / "secret").write_bytes(SECRET)

    def client(self, number: int) -> RawClient:
        """Return a client that has logged in."""
        if number not in self.clients:
            client = self.clients[number] = RawClient(self.server)
            client.sock.settimeout(HANG)
            client.log_in()
        return self.clients[number]

    def leave_in_a_transfer(self, number: int) -> None:
        """Reset a client's connection, and wait until the server has cleaned up behind it.

        Else what is still done for this client would be seen as the deed of the next one.
        """
        ends = (self.server.port, self.clients[number].sock.getsockname()[1])
        ((pid, descriptor),) = [
            where for where, each in connections_of(self.server) if each == ends
        ]
        link = Path(f"/proc/{pid}/fd/{descriptor}")
        control = link.readlink()
        self.drop(number, reset=True)

        def closed() -> bool:
            try:
                return link.readlink() != control
            except FileNotFoundError:
                return True

        wait_until(closed, "the session of a client that was reset ends")

    def drop(self, number: int, reset: bool = False) -> None:
        """Break a client's connection."""
        client = self.clients.pop(number, None)
        self.prepared.discard(number)
        if client is not None:
            if reset:
                client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sock.close()

    def final(self, client: RawClient) -> bytes:
        """Return the code of the next final reply, behind 1yz ones; "" when there is no more."""
        while (code := client.reply()[:3])[:1] == b"1":
            pass
        return code

    def in_step(self, number: int, code: bytes) -> None:
        """Nothing but the answer to PWD may come now; a 421 ends the session instead."""
        if code in (b"421", b""):
            assert code, "the session ended without a word"
            self.drop(number)
            return
        answer = self.client(number).ask(b"PWD")
        assert answer.startswith(b'257 "/'), answer

    @rule(
        number=clients,
        verb=st.sampled_from(VERBS),
        argument=st.one_of(names, st.sampled_from(WORDS)),
    )
    def any_command(self, number: int, verb: str, argument: str) -> None:
        """Send one command; no data connection is made, whatever was prepared."""
        if verb in TRANSFERS and number in self.prepared:
            return  # it would wait for the data connection; the transfer rules do that
        client = self.client(number)
        before = tree_of(self.server.root)
        code = self.final_of(client, f"{verb} {argument}".rstrip())
        if code[:1] in b"45":
            assert tree_of(self.server.root) == before, (verb, argument, code)
        if verb in PASSIVE and code[:1] == b"2":
            self.prepared.add(number)
        if verb in TRANSFERS:
            assert code[:1] in b"45", (verb, argument, code)
        self.in_step(number, code)

    def final_of(self, client: RawClient, line: str) -> bytes:
        client.send(line.encode("utf-8", "surrogateescape"))
        return self.final(client)

    @rule(number=clients, lines=st.lists(st.sampled_from(
        ["NOOP", "PWD", "CWD d", "CDUP", "TYPE I", "TYPE A", "SIZE a", "MKD m", "RMD m", "RNFR a",
         "RNTO b", "RNFR b", "RNTO a", "FEAT", "MLST a", "DELE nothing", "EPSV ALL x", "SYST"]
    ), min_size=2, max_size=12))  # fmt: skip
    def pipelined(self, number: int, lines: list[str]) -> None:
        """Send several commands in one segment: as many answers."""
        client = self.client(number)
        client.send(*(line.encode() for line in lines))
        codes = [self.final(client) for _ in lines]
        assert all(code[:1] in b"2345" and code for code in codes), codes
        self.in_step(number, codes[-1])

    @rule(number=clients, noise=st.binary(max_size=200))
    def noise(self, number: int, noise: bytes) -> None:
        """Send bytes that mean nothing; the session goes on, or ends with a word."""
        client = self.client(number)
        # Whatever is half said ends here; then a word whose answer nothing else gives.
        client.send(noise.replace(b"\xff", b"\xfe").replace(b"\n", b"\r\n"), b"TYPE L 8")
        while True:
            line = client.reply()
            if line[:3] in (b"421", b"221", b""):
                self.drop(number)
                return
            if line.startswith(b"200"):
                break
        self.in_step(number, b"200")

    def data(self, client: RawClient) -> socket.socket | None:
        """Prepare and open a data connection; None when the server has said no (EPSV ALL…)."""
        answer = client.ask(b"EPSV")
        found = re.search(rb"\(\|\|\|(\d+)\|\)", answer)
        if found is None:
            return None
        return socket.create_connection((self.server.host, int(found[1])), timeout=HANG)

    @rule(number=clients, name=names, content=contents, verb=st.sampled_from(["STOR", "APPE"]),
          end=st.sampled_from(["whole", "whole", "abort", "reset", "leave"]))  # fmt: skip
    def upload(self, number: int, name: str, content: bytes, verb: str, end: str) -> None:
        """Store a file, to its end or not."""
        client = self.client(number)
        for setting in (b"TYPE I", b"MODE S"):
            client.ask(setting)
        before = tree_of(self.server.root)
        data = self.data(client)
        if data is None:
            return
        self.prepared.discard(number)
        with data:
            client.send(f"{verb} {name}".rstrip().encode())
            opening = client.reply()[:3]
            if opening[:1] != b"1":
                assert opening[:1] in b"45", opening
                assert tree_of(self.server.root) == before
                self.prepared.add(number)  # an unused data connection may stay
                self.in_step(number, opening)
                return
            with contextlib.suppress(OSError):
                data.sendall(content)
            if end == "abort":
                client.send(b"ABOR")
            elif end == "reset":
                data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif end == "leave":
                self.leave_in_a_transfer(number)
                return
        code = self.final(client)
        after = tree_of(self.server.root)
        if end == "abort":
            assert self.final(client)[:1] == b"2"
        if end == "whole":
            assert code == b"226"
        if code == b"226":
            changed = {key: after[key] for key in after if after.get(key) != before.get(key)}
            new = [value for value in changed.values() if isinstance(value, bytes)]
            assert len(changed) <= 1, changed
            assert all(value.endswith(content) for value in new)
        elif verb == "STOR":
            assert after == before, "a broken upload has left something"
        self.in_step(number, code)

    @rule(number=clients, name=names, end=st.sampled_from(["whole", "whole", "close", "leave"]),
          verb=st.sampled_from(["RETR", "LIST", "NLST", "MLSD"]))  # fmt: skip
    def download(self, number: int, name: str, end: str, verb: str) -> None:
        """Fetch a file or a listing, to its end or not."""
        client = self.client(number)
        for setting in (b"TYPE I", b"MODE S"):
            client.ask(setting)
        before = tree_of(self.server.root)
        data = self.data(client)
        if data is None:
            return
        self.prepared.discard(number)
        with data:
            client.send(f"{verb} {name}".rstrip().encode())
            opening = client.reply()[:3]
            if opening[:1] != b"1":
                self.prepared.add(number)
                self.in_step(number, opening)
                return
            if end == "leave":
                self.leave_in_a_transfer(number)
                return
            content = b""
            if end == "whole":
                with data.makefile("rb") as file:
                    content = file.read()
        code = self.final(client)
        assert SECRET not in content
        if end == "whole":
            assert code == b"226", code
            if verb == "RETR":
                assert content in [value for value in before.values() if isinstance(value, bytes)]
        assert tree_of(self.server.root) == before
        self.in_step(number, code)

    @precondition(lambda self: self.clients)
    @rule(number=clients, reset=st.booleans())
    def leave(self, number: int, reset: bool) -> None:
        """Go without QUIT."""
        self.drop(number, reset)

    @precondition(lambda self: self.clients)
    @rule(number=clients)
    def quit(self, number: int) -> None:
        """Go with QUIT: one answer, then the end."""
        if number in self.clients:
            client = self.client(number)
            assert client.ask(b"QUIT")[:3] == b"221"
            assert client.line() == b""
            self.drop(number)

    @invariant()
    def nothing_outside_is_touched(self) -> None:
        outside = self.server.root.parent
        assert (outside / "secret").read_bytes() == SECRET
        expected = {self.server.root.name, "secret", self.server.errors.name}
        assert {path.name for path in outside.iterdir()} == expected

    @invariant()
    def the_server_lives(self) -> None:
        assert self.server.process.poll() is None
        assert self.server.errors.read_text() == ""

    def teardown(self) -> None:
        for number in list(self.clients):
            self.drop(number)
        wait_until(lambda: connections_of(self.server) == [], "all sessions end")
        self.server.wait_idle()


def machine_for(server: FtpServer) -> Any:
    """Return the machine that talks to this server."""
    return type("SessionsOfOneServer", (Sessions,), {"server": server})
