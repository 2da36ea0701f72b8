"""How much the pure layers cost, each as a ratio to plain work of the same run.

    python benchmarks/bench_protocol.py

Seconds differ from machine to machine; a ratio to work that cannot be avoided does not. Each
row is the median of several interleaved rounds.
"""

from __future__ import annotations

import fnmatch
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ftp_project.files.jail import Jail
from ftp_project.protocol.ascii import FromNetwork, ToNetwork
from ftp_project.protocol.commands import CommandParser
from ftp_project.protocol.entries import Entry
from ftp_project.protocol.facts import DEFAULT_FACTS, FactFormatter
from ftp_project.protocol.globs import compile_glob
from ftp_project.protocol.list_format import format_list

ROUNDS = 7
ENTRIES = 20_000
COMMANDS = 20_000
Work = Callable[[], object]


def seconds(work: Work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def exhaust(batches: Iterable[object]) -> None:
    for _ in batches:
        pass


def compare(name: str, unit: str, count: int, work: Work, plain: Work) -> None:
    """Print one row: time per piece, and the ratio to the plain work."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(work))
        theirs.append(seconds(plain))
    each = statistics.median(ours) / count * 1e6
    ratio = statistics.median(mine / yours for mine, yours in zip(ours, theirs, strict=True))
    print(f"{name:<34} {each:9.3f} µs/{unit:<8} {ratio:7.2f} x plain")


def parser_rows() -> None:
    line = b"RETR small_0123.txt\r\n"
    block = line * 100

    def pipelined() -> None:
        parser = CommandParser()
        for _ in range(COMMANDS // 100):
            parser.feed(block)

    def one_by_one() -> None:
        parser = CommandParser()
        for _ in range(COMMANDS):
            parser.feed(line)

    def plain() -> None:
        for _ in range(COMMANDS):
            word, _, rest = line.decode().rstrip("\r\n").partition(" ")
            (word.upper(), rest)

    compare("parser, 100 commands a read", "command", COMMANDS, pipelined, plain)
    compare("parser, one command a read", "command", COMMANDS, one_by_one, plain)


def listing_rows(home: Path) -> None:
    for number in range(ENTRIES):
        (home / f"file_{number:05}.txt").touch()
    jail = Jail(home)
    now = time.time()
    entries: list[Entry] = [entry for batch in jail.scan("/") for entry in batch]
    facts = FactFormatter(DEFAULT_FACTS, "adfrw", "cdeflmp")

    def plain_lines() -> None:
        "".join([f"{name} {status.st_size}\r\n" for name, status, _, _ in entries]).encode()

    def plain_scan() -> None:
        with os.scandir(home) as found:
            for entry in found:
                entry.stat(follow_symlinks=False)

    compare("LIST lines", "entry", ENTRIES, lambda: format_list(entries, now), plain_lines)
    compare("MLSD lines", "entry", ENTRIES, lambda: facts.lines(entries), plain_lines)
    compare("scan with status", "entry", ENTRIES, lambda: exhaust(jail.scan("/")), plain_scan)
    batches = [entries[at : at + 200] for at in range(0, ENTRIES, 200)]
    longest = max(seconds(lambda batch=batch: facts.lines(batch)) for batch in batches)
    print(f"{'longest batch of 200 MLSD lines':<34} {longest * 1e3:9.3f} ms")
    jail.close()


def glob_rows() -> None:
    names = [f"file_{number:05}.txt" for number in range(ENTRIES)]
    match = compile_glob("f*_*5.t?t")
    hostile = compile_glob("*a" * 60 + "*b")
    compare(
        "glob f*_*5.t?t",
        "name",
        ENTRIES,
        lambda: [name for name in names if match(name)],
        lambda: fnmatch.filter(names, "f*_*5.t?t"),
    )
    compare(
        "glob of 60 stars, name of 255 a",
        "name",
        100,
        lambda: [hostile("a" * 255) for _ in range(100)],
        lambda: [match("a" * 255) for _ in range(100)],
    )


def ascii_rows() -> None:
    text = b"one line of a text file as people write them\n" * 20_000
    sent = text.replace(b"\n", b"\r\n")

    def to_network() -> None:
        converter = ToNetwork()
        for at in range(0, len(text), 65536):
            converter.feed(text[at : at + 65536])

    def from_network() -> None:
        converter = FromNetwork()
        for at in range(0, len(sent), 65536):
            converter.feed(sent[at : at + 65536])

    pieces = len(text) // 65536
    compare(
        "ASCII to the network", "64 KiB", pieces, to_network, lambda: text.replace(b"\n", b"\r\n")
    )
    compare(
        "ASCII from the network", "64 KiB", pieces, from_network, lambda: sent.replace(b"\r", b"")
    )


def jail_rows(home: Path) -> None:
    (home / "sub" / "deep").mkdir(parents=True)
    (home / "file").touch()
    (home / "sub" / "deep" / "file").touch()
    jail = Jail(home)
    count = 5000

    def opening(path: str) -> Work:
        def work() -> None:
            for _ in range(count):
                os.close(jail.open_read(path)[0])

        return work

    def plain(path: Path) -> Work:
        def work() -> None:
            for _ in range(count):
                fd = os.open(path, os.O_RDONLY)
                os.fstat(fd)
                os.close(fd)

        return work

    deep = home / "sub" / "deep" / "file"
    compare("jail: open a file in the home", "file", count, opening("/file"), plain(home / "file"))
    compare("jail: two directories down", "file", count, opening("/sub/deep/file"), plain(deep))
    jail.close()


def main() -> None:
    parser_rows()
    glob_rows()
    ascii_rows()
    with tempfile.TemporaryDirectory() as directory:
        jail_rows(Path(directory))
    with tempfile.TemporaryDirectory() as directory:
        listing_rows(Path(directory))


if __name__ == "__main__":
    main()
