"""Probes of lesson 14: what a server reads from its clients, and a client from its server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]
_MOST = 40  # bytes of a line
_PIECES = "Keep what has no end yet in the buffer, and cut only at the end of a line."


def cut_commands(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `cut_commands(buffer, data, most)`: a stream is cut at the ends of lines only."""
    verdict = (
        _feed(answer, [b"NOOP\r\n"], [("NOOP", "")], "NOOP with CR LF", _PIECES)
        or _feed(answer, [b"NO", b"O", b"P\r", b"\n"], [("NOOP", "")], "NOOP in pieces", _PIECES)
        or _judge_pipelining(answer)
        or _judge_two_clients(answer)
        or _judge_text(answer)
        or _judge_length(answer)
    )
    return (verdict or RIGHT).as_json()


def _feed(
    answer: Answer, pieces: list[bytes], wanted: list[tuple[str, str]], what: str, step: str
) -> Verdict | None:
    """Want these commands, and nothing else, from bytes that come in these pieces."""
    buffer = bytearray()
    got: list[Any] = []
    for piece in pieces:
        try:
            found = answer(buffer, piece, _MOST)
        except UnicodeDecodeError:
            return wrong(
                f"{what}: UnicodeDecodeError.",
                'Decode whole lines, with the errors "surrogateescape": names may be any bytes.',
            )
        except ValueError:
            return wrong(
                f"{what}: ValueError, and no line has more than {_MOST} bytes.",
                "Count one line, without its end; a CR may be the first half of an end.",
            )
        if not isinstance(found, list):
            return wrong(
                f"{what}: cut_commands returned {type(found).__name__}, not a list.",
                "Return a list of pairs, an empty one if no line is whole.",
            )
        got += [tuple(command) for command in found]
    if got != wanted:
        return wrong(f"{what}: the commands were {got!r}.", f"They should be {wanted!r}. {step}")
    return None


def _judge_pipelining(answer: Answer) -> Verdict | None:
    step = "Go on cutting while there is an end of a line."
    wanted = [("USER", "anna"), ("PASS", "secret"), ("PWD", "")]
    many = [b"USER anna\r\nPASS secret\r\nPW", b"D\r\n"]
    bare = [b"NOOP\nNOOP\r\n"]
    return _feed(answer, many, wanted, "three commands in two pieces", step) or _feed(
        answer, bare, [("NOOP", "")] * 2, "a line that ends with LF alone", "LF is the end."
    )


def _judge_two_clients(answer: Answer) -> Verdict | None:
    first, second = bytearray(), bytearray()
    answer(first, b"CWD so", _MOST)
    if bytes(first) != b"CWD so":
        return wrong(
            f"after CWD so, without an end, the client's buffer held {bytes(first)!r}.",
            "Change the bytearray that you were given: buffer += data, buffer[:] = rest.",
        )
    other = answer(second, b"NOOP\r\n", _MOST)
    mine = answer(first, b"ngs\r\n", _MOST)
    if [list(map(tuple, each)) for each in (other, mine)] != [[("NOOP", "")], [("CWD", "songs")]]:
        return wrong(
            f"two clients by turns: one got {mine!r}, the other one {other!r}.",
            "Each client has its buffer; keep nothing anywhere else.",
        )
    return None


def _judge_text(answer: Answer) -> Verdict | None:
    name = b"gr\xc3\xbcn \xff"
    text = name.decode("utf-8", "surrogateescape")
    return (
        _feed(answer, [b"noop\r\n"], [("NOOP", "")], "noop in lower case", "upper() the name.")
        or _feed(
            answer,
            [b"CWD  two  words \r\n"],
            [("CWD", " two  words ")],
            "a name with spaces",
            "Cut once, at the first space; the other spaces belong to the name.",
        )
        or _feed(
            answer,
            [b"CWD gr\xc3", b"\xbcn \xff\r\n"],
            [("CWD", text)],
            "a name with a letter in two pieces and a byte that is no UTF-8",
            'Decode whole lines with "utf-8" and the errors "surrogateescape".',
        )
    )


def _judge_length(answer: Answer) -> Verdict | None:
    longest = b"CWD " + b"x" * (_MOST - 4)
    command = ("CWD", "x" * (_MOST - 4))
    step = "Only more than that is too much; the end of a line does not count."
    verdict = _feed(
        answer, [longest, b"\r", b"\n"], [command], f"a line of {_MOST} bytes, then CR, LF", step
    ) or _feed(
        answer,
        [(longest + b"\r\n") * 3],
        [command] * 3,
        f"three lines of {_MOST} bytes in one piece",
        "The limit is one of a line.",
    )
    if verdict:
        return verdict
    for data, what in (
        (longest + b"y\r\n", f"a line of {_MOST + 1} bytes"),
        (longest + b"y", f"{_MOST + 1} bytes without an end"),
        (b"NOOP\r\n" + longest + b"y", f"NOOP, then {_MOST + 1} bytes without an end"),
    ):
        try:
            answer(bytearray(), data, _MOST)
        except ValueError:
            continue
        return wrong(
            f"most was {_MOST}, there came {what}, and no ValueError.",
            "Measure each line, and what is left at the end: its end may never come.",
        )
    return None


_GOOD = {
    "227 Entering Passive Mode (127,0,0,1,195,80).": ("127.0.0.1", 50000),
    "227 Entering Passive Mode (192,0,2,17,4,1)": ("192.0.2.17", 1025),
    "227 Entering Passive Mode. 127,0,0,1,195,80": ("127.0.0.1", 50000),
    "227 =127,0,0,1,0,255": ("127.0.0.1", 255),
    "227 Go (try 2): (255,255,255,255,255,255)": ("255.255.255.255", 65535),
    "229 Entering Extended Passive Mode (|||50000|).": (None, 50000),
    "229 Go, EPSV (1) is here: (!!!65535!)": (None, 65535),
    "229 Entering Extended Passive Mode (...21.)": (None, 21),
}
_BAD = {
    "425 No port is free (127,0,0,1,195,80).": "its code is 425",
    "500 EPSV (|||50000|) is not known.": "its code is 500",
    "227 Entering Passive Mode (127,0,0,1,195).": "there are five numbers",
    "227 Entering Passive Mode (127,0,0,256,195,80).": "256 is no part of an address",
    "227 Entering Passive Mode (127,0,0,1,256,80).": "256 is no part of a port",
    "227 Entering Passive Mode (127,0,0,1,0,0).": "there is no port 0",
    "229 Entering Extended Passive Mode (|||70000|).": "there is no port 70000",
    "229 Entering Extended Passive Mode (|||0|).": "there is no port 0",
    "229 Entering Extended Passive Mode (|!|50000|).": "the signs differ",
    "229 Entering Extended Passive Mode.": "there is no port",
}


def passive_address(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `passive_address(reply)`: all usual forms are read, and nothing else."""
    return (_judge_good_replies(answer) or _judge_bad_replies(answer) or RIGHT).as_json()


def _judge_good_replies(answer: Answer) -> Verdict | None:
    for reply, wanted in _GOOD.items():
        try:
            got = answer(reply)
        except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
            return wrong(
                f"{reply!r} raised {type(error).__name__}.",
                f"It is {wanted!r}: search for the numbers, wherever they stand.",
            )
        if got != wanted:
            return wrong(f"{reply!r} gave {got!r}.", f"It is {wanted!r}.")
    return None


def _judge_bad_replies(answer: Answer) -> Verdict | None:
    for reply, reason in _BAD.items():
        try:
            got = answer(reply)
        except ValueError:
            continue
        except (IndexError, KeyError, TypeError, AttributeError) as error:
            return wrong(
                f"{reply!r} raised {type(error).__name__}, not ValueError.",
                "Ask first whether there is what you look for, and raise ValueError if not.",
            )
        return wrong(f"{reply!r} gave {got!r}, but {reason}.", "Raise ValueError for it.")
    return None
