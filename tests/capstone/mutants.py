"""Faults for the capstone's solutions: each changes their text, and loses what it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "notebooks" / "capstone" / "solutions"


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes:
        name: what is wrong, in words.
        solution: "callbacks" or "coroutines".
        changes: pairs of a text that occurs in the solution, and what stands there instead.
        loses: the items that fail, and no others of those that are judged.
        beside: items that are judged too, and pass; None stands for the whole stages of `loses`.
    """

    name: str
    solution: str
    changes: tuple[tuple[str, str], ...]
    loses: frozenset[str]
    beside: tuple[str, ...] | None = None

    def text(self) -> str:
        """Return the solution with its fault. Raises ValueError if the text has changed."""
        text = (SOLUTIONS / f"{self.solution}.py").read_text(encoding="utf-8")
        for old, new in self.changes:
            if old not in text:
                raise ValueError(f"{self.solution}.py does not hold {old!r}: mend the mutant")
            text = text.replace(old, new)
        return text


def callbacks(name: str, *changes: str, loses: str, beside: str | None = None) -> Mutant:
    return _mutant(name, "callbacks", changes, loses, beside)


def coroutines(name: str, *changes: str, loses: str, beside: str | None = None) -> Mutant:
    return _mutant(name, "coroutines", changes, loses, beside)


def _mutant(
    name: str, solution: str, changes: tuple[str, ...], loses: str, beside: str | None
) -> Mutant:
    pairs = tuple(zip(changes[::2], changes[1::2], strict=True))
    others = None if beside is None else tuple(beside.split())
    return Mutant(name, solution, pairs, frozenset(loses.split()), others)


MUTANTS = [
    # Stage 1
    callbacks(
        "takes what recv() gives for a command",
        'line, end, rest = self.received.partition(b"\\n")',
        "line, end, rest = self.received.rstrip(), self.received[:1], bytearray()",
        loses="split-command joined-commands",
    ),
    callbacks(
        "does not close after QUIT",
        'self.say(221, "Good-bye.")\n        self.closing = True',
        'self.say(221, "Good-bye.")',
        loses="quit",
    ),
    coroutines(
        "lets everybody in",
        "self.logged_in = hmac.compare_digest(given, wanted)",
        "self.logged_in = True",
        loses="wrong-password",
    ),
    # Stage 2
    coroutines("leaves quotation marks alone", ".replace('\"', '\"\"')", "", loses="quotes"),
    coroutines(
        "goes into directories that are not there",
        "if not real.is_dir():",
        "if False:",
        loses="cwd-missing cwd-file",
    ),
    # Stage 3
    callbacks("tells EPSV's port bare", "(|||{self.listen()}|)", "{self.listen()}", loses="epsv"),
    coroutines(
        "tells another address", "HOST.replace('.', ',')", "'10,0,0,1'", loses="pasv", beside="list"
    ),
    # Stage 4
    callbacks(
        "says 226 at once",
        'self.say(150, "Here it goes.")',
        'self.say(150, "Here it goes."), self.say(226, "Done.")',
        "self.session.say(code, text)",
        "code == 226 or self.session.say(code, text)",
        loses="retr-226",
    ),
    coroutines(
        "drops what send() did not take",
        "data = data[sock.send(data) :]",
        'data = data[sock.send(data) :] and b""',
        "CHUNK = 64 * 1024",
        "CHUNK = 16 * 1024 * 1024",  # 64 KiB always fit where a socket is writable
        loses="retr-226 retr-large",
        beside="retr-missing retr-empty",
    ),
    # Stage 5
    coroutines("adds to the file that is there", 'open("wb")', 'open("ab")', loses="stor-again"),
    callbacks(
        "changes line ends",
        "self.file.write(data)",
        'self.file.write(data.replace(b"\\r\\n", b"\\n"))',
        loses="stor stor-large round-trip clients-put",
    ),
    # Stage 6
    callbacks(
        "has one directory for all",
        "self.directory",
        "self.server.directory",
        loses="own-directory",
    ),
    callbacks(
        "waits for one reader",
        "connection.setblocking(False)\n        self.server.forget",
        "connection.setblocking(True)\n        self.server.forget",
        "CHUNK = 64 * 1024",
        "CHUNK = 16 * 1024 * 1024",
        loses="stalled-reader",
        beside="own-directory stalled-writer",
    ),
    callbacks(
        "favours every other user",
        "self.file.read(CHUNK)",
        "self.file.read(CHUNK if self.connection.fileno() % 2 else 256)",
        loses="fairness",
        beside="own-directory",
    ),
    callbacks(
        "writes into the file of the last one who came",
        "self.session, self.file, self.sending = session, file, sending",
        "self.session, self.file, self.sending = session, file, sending\n"
        "        session.server.last = file",
        "self.file.write(data)",
        "self.session.server.last.write(data)",
        loses="up-and-down",
        beside="own-directory",
    ),
    # Stage 7
    coroutines(
        "serves one after the other",
        "self.loop.spawn(Session(self, connection, address[0]).serve())",
        "yield from Session(self, connection, address[0]).serve()",
        loses="silent",
        beside="leaves",
    ),
    callbacks(
        "takes a late data connection for the end of the transfer",
        "        if self.transfer:\n            self.transfer.start()\n",
        "        if self.transfer:\n"
        "            self.transfer.connection, self.data = connection, None\n"
        '            self.transfer.finish(226, "Done.")\n',
        loses="late-connection",
        beside="split-command joined-commands",  # no transfers: whose data come late is luck
    ),
    callbacks(
        "ends when a client resets",
        "except OSError:  # a reset: this user is gone, the others stay",
        "except BrokenPipeError:",
        loses="leaves leaves-in-transfer silent",  # who has not read the greeting leaves by reset
        beside="half-command reset-upload",
    ),
    coroutines(
        "says 226 for a part of a file",
        'return 426, "The transfer was broken off."',
        'return 226, "Done."',
        loses="reset-download reset-upload",
        beside="leaves-in-transfer half-command",
    ),
    callbacks(
        "forgets to close the other sockets",
        "for sock in (self.control, self.passive, self.data):",
        "for sock in (self.control,):",
        loses="no-leak",
        beside="leaves reset-upload",
    ),
    callbacks(
        "keeps all replies in memory",
        "ENOUGH = 16 * 1024",
        "ENOUGH = 1 << 40",
        loses="never-reads",
        beside="silent",
    ),
    callbacks(
        "decodes UTF-8 strictly",
        '.decode("utf-8", "surrogateescape")',
        '.decode("utf-8")',
        loses="bad-bytes",
        beside="half-command leaves",
    ),
    # Stage 8
    coroutines(
        "keeps an endless line",
        "if len(self.received) > LONGEST_LINE:",
        "if False:",
        loses="endless-line",
        beside="odd-names",
    ),
    coroutines(
        "lets passwords be guessed",
        "MOST_GUESSES = 3",
        "MOST_GUESSES = 300",
        loses="guessing",
        beside="odd-names bounce",
    ),
    coroutines(
        "ends to accept when no descriptor is free",
        "except OSError:\n                yield 0.1",
        "except ConnectionError:\n                yield 0.1",
        "MOST_SESSIONS = 64",
        "MOST_SESSIONS = 1000",
        loses="many-connections",
        beside="",
    ),
    callbacks(
        "keeps every listener",
        "for old in (self.passive, self.data):",
        "for old in ():",
        loses="passive-again",
        beside="jail-dots bounce",
    ),
    coroutines(
        "stores wherever the user says",
        "        _, real = self.resolve(argument)\n"
        '        return self.transfer(lambda: real.open("wb")',
        '        real = Path(f"{self.server.home}/{argument}")\n'
        '        return self.transfer(lambda: real.open("wb")',
        loses="jail-dots",
        beside="jail-links bounce",
    ),
    callbacks(
        "says yes to EPRT",
        'ANSWERS = {"NOOP"',
        'ANSWERS = {"EPRT": (200, "Done."), "NOOP"',
        loses="bounce",
        beside="jail-dots",
    ),
    callbacks(
        "follows links out of the home",
        "if not real.is_relative_to(self.server.home):",
        "if False:",
        loses="jail-links",
        beside="jail-dots odd-names",
    ),
    coroutines(
        "does not expect a NUL",
        "except (OSError, ValueError) as error:",
        "except OSError as error:",
        loses="odd-names",
        beside="jail-dots bounce",
    ),
    callbacks(
        "says yes to PORT",
        'ANSWERS = {"NOOP"',
        'ANSWERS = {"PORT": (200, "Done."), "NOOP"',
        loses="bounce",
        beside="odd-names",
    ),
    callbacks(
        "takes any data connection",
        "if address[0] != self.peer:",
        "if False:",
        loses="stranger",
        beside="passive-again jail-dots",
    ),
]
