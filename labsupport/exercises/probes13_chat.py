"""Probe of lesson 13's chat: whole lines, to everybody else, once, in each sender's order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from labsupport.exercises.crowd import Client, Crowd, visit
from labsupport.exercises.selector_watch import Answer
from labsupport.exercises.verdicts import Failed

_MOST = 512 * 1024
_MANY = 50
_LINES = 10
_ROUND = 16 * 1024  # bytes that one client says before the others have heard them
_LATE = 25  # rounds: more than the kernel's buffers hold, less than _MOST
_ROUNDS = 70  # more than _MOST and the kernel's buffers hold


def chat_over_selectors(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `serve(listener, most)` with two clients, rude ones, and fifty at once."""
    return visit(answer, lambda server: answer(server.listener, _MOST), _visit).as_json()


def _visit(crowd: Crowd) -> None:
    _two(crowd)
    _whole_lines(crowd)
    _reset(crowd)
    _never_ends(crowd)
    _never_reads(crowd)
    _fifty(crowd)
    listener = crowd.server.listener
    crowd.leave()
    if not crowd.until(lambda: not listener.still_open()):
        raise Failed(
            f"all clients have left, and {listener.still_open()} connections are still open.",
            "recv returns b'' when a client has left: unregister the connection and close it.",
        )
    _two(crowd)
    crowd.settle("two clients were silent")
    crowd.leave()


def _two(crowd: Crowd) -> None:
    ann, bob = crowd.join(2)
    ann.to_say += b"hello\n"
    _hears(crowd, bob, b"hello\n", "one of two clients said b'hello\\n', and the other heard")
    crowd.settle("one of two clients has spoken")
    if ann.heard:
        raise Failed(
            f"a client said b'hello\\n' and heard it come back: {bytes(ann.heard)!r}.",
            "A line goes to everybody else, not to its sender.",
        )
    _leave(crowd, ann, bob)


def _hears(crowd: Crowd, client: Client, wanted: bytes, occasion: str, step: str = "") -> None:
    crowd.until(lambda: len(client.heard) >= len(wanted) or bool(client.ended))
    if client.heard == wanted:
        return
    got = bytes(client.heard)
    told = f"{got!r}" if len(wanted) < 100 else f"{len(got)} of {len(wanted)} bytes"
    gone = f", and then its connection was {client.ended}" if client.ended else ""
    raise Failed(
        f"{occasion} {told if got else 'nothing'}{gone}.",
        step or "Follow the line: who receives it, who keeps it for whom, and who sends it?",
    )


def _leave(crowd: Crowd, *clients: Client) -> None:
    # Who closes with something unread resets the connection (RFC 1122 4.2.2.13): not politely.
    crowd.settle("clients have heard what was said")
    for client in clients:
        client.close()
    crowd.settle("a client has left", "recv returns b'' when a client has left, again and again.")


def _whole_lines(crowd: Crowd) -> None:
    ann, bob, cid = crowd.join(3)
    ann.to_say += b"one caf\xc3"
    crowd.settle("a client has said half a line")
    if cid.heard:
        raise Failed(
            f"a client had said half a line, and another one heard {bytes(cid.heard)!r} of it.",
            "recv brings any number of bytes. Keep them until the newline has come.",
        )
    bob.to_say += b"two\n"
    whole = "One buffer for each client: what it has said since its last newline."
    _hears(
        crowd,
        cid,
        b"two\n",
        "a client said b'two\\n' while a line was unfinished; heard was",
        whole,
    )
    ann.to_say += b"\xa9\nthree\nfour"
    wanted = b"two\none caf\xc3\xa9\nthree\n"
    _hears(
        crowd,
        cid,
        wanted,
        f"the lines {wanted!r} were said, some in parts, two in one; heard was",
        whole,
    )
    _leave(crowd, ann, bob, cid)


def _reset(crowd: Crowd) -> None:
    ann, bob, rude = crowd.join(3)
    rude.to_say += b"half a li"
    crowd.until(lambda: not rude.to_say)
    crowd.settle("a client has said half a line")
    rude.reset()
    step = "A reset concerns one client: catch it where this client is served."
    # Else the next line might still be served before the reset is noticed.
    crowd.settle("a client has reset its connection", step)
    ann.to_say += b"still here\n"
    _hears(crowd, bob, b"still here\n", "a client has reset its connection; of the next line", step)
    _leave(crowd, ann, bob)


def _never_ends(crowd: Crowd) -> None:
    ann, bob, endless = crowd.join(3)
    endless.to_say += b"x" * (3 * _MOST)
    if not crowd.until(lambda: bool(endless.ended)):
        raise Failed(
            f"a client said {3 * _MOST} bytes without a newline, and it is still there "
            f"(`most` was {_MOST}).",
            "Bound also what is kept of an unfinished line.",
        )
    ann.to_say += b"at last\n"
    _hears(
        crowd, bob, b"at last\n", "a client with an endless line was sent away; of the next line"
    )
    _leave(crowd, ann, bob, endless)


def _never_reads(crowd: Crowd) -> None:
    ann, bob, late, rude = crowd.join(4)
    late.reads = rude.reads = False
    lines = (b"y" * 1023 + b"\n") * (_ROUND // 1024)
    for number in range(1, _ROUNDS + 1):
        ann.to_say += lines
        _hears(
            crowd,
            bob,
            lines,
            "two clients do not read; of what was said then, another one heard",
            "Never wait for one client: send what there is room for, and keep the rest.",
        )
        bob.heard.clear()
        if number == _LATE:
            late.reads = True
            _hears(
                crowd,
                late,
                lines * number,
                f"a client read late, when {len(lines) * number} bytes had been said (`most` was "
                f"{_MOST}); it heard",
                "send() takes as much as there is room for: keep the rest, up to `most` bytes.",
            )
    total = len(lines) * _ROUNDS
    rude.reads = True
    if not crowd.until(lambda: bool(rude.ended)):
        raise Failed(
            f"{total} bytes were said while one client did not read, and it is still there "
            f"(`most` was {_MOST}).",
            "When more than `most` bytes wait for a client, close its connection.",
        )
    ann.to_say += b"at last\n"
    _hears(
        crowd,
        bob,
        b"at last\n",
        "a client that never read was sent away; of the next line another one heard",
        "Ask at the beginning of each callback whether this client is still there.",
    )
    _leave(crowd, ann, bob, late, rude)


def _fifty(crowd: Crowd) -> None:
    clients = crowd.join(_MANY)
    silent = clients[-1]
    silent.reads = False
    said: list[list[bytes]] = []
    for number, client in enumerate(clients):
        said.append([b"%02d says %02d" % (number, line) for line in range(_LINES)])
        client.to_say += b"".join(line + b"\n" for line in said[-1])
        client.step = 4 if number % 10 == 0 else client.step
    length = sum(len(line) + 1 for lines in said[1:] for line in lines)
    listeners = clients[:-1]
    crowd.until(
        lambda: (
            all(len(client.heard) >= length for client in listeners)
            or any(client.ended for client in listeners)
        )
    )
    for number, client in enumerate(listeners):
        _verify(number, client, said)
    silent.reads = True
    crowd.until(lambda: len(silent.heard) >= length or bool(silent.ended))
    _verify(_MANY - 1, silent, said)


def _verify(number: int, client: Client, said: list[list[bytes]]) -> None:
    """Verify that a client has heard each line of the others once, and in order."""
    occasion = f"{_MANY} clients said {_LINES} lines each, and one of them"
    if client.ended:
        raise Failed(f"{occasion} was sent away.", "It reads, and little was said: let it stay.")
    heard = bytes(client.heard).split(b"\n")[:-1]
    wanted = Counter(line for lines in said for line in lines)
    if strange := [line for line in heard if line not in wanted]:
        raise Failed(
            f"{occasion} heard {strange[0]!r}, which nobody has said.",
            "Let no bytes come between those of a line, and lose none.",
        )
    counts = Counter(heard)
    if counts.keys() & set(said[number]):
        raise Failed(f"{occasion} heard its own lines.", "Leave the sender out.")
    missing = len(wanted) - _LINES - len(counts)
    if missing:
        raise Failed(
            f"{occasion} missed {missing} of the others' lines.",
            "A line must come into the buffer of every other client, and stay until it is sent.",
        )
    if len(heard) > len(counts):
        raise Failed(f"{occasion} heard lines twice.", "send() returns how much it took.")
    order = {line: position for position, line in enumerate(wanted)}
    last = dict[int, int]()
    for position in map(order.__getitem__, heard):
        sender = position // _LINES
        if position < last.get(sender, 0):
            raise Failed(
                f"{occasion} heard a sender's lines in another order.",
                "First in, first out: add at the end, send from the beginning.",
            )
        last[sender] = position
