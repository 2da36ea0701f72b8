"""Measure what one call of select, poll and epoll costs while many connections are idle.

The measurement runs in a process of its own: it may allow itself more descriptors than the
notebook's process has, and its own start with low numbers, which `select()` needs.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from labsupport.programs.run import child_env

IDLE = (10, 100, 1_000, 10_000)
WAYS = ("select", "poll", "epoll")
ROUNDS = 7  # of each measurement; the fastest one counts, for others were held up
SPARE = 40  # descriptors that the process needs for itself
FEW, MANY = 10, 1_000  # between these numbers of idle connections the claims compare
MUCH = 4  # times the cost at FEW: the wide border between "grows" and "does not"
_GROWS = {"select": True, "poll": True, "epoll": False}  # on Linux, where all three are


@dataclass(frozen=True)
class IdleCosts:
    """Processor time of one call that finds one ready connection among idle ones.

    Attributes:
        seconds: for each way and number of idle connections the seconds of a call.
        refused: why a way was not measured with a number of connections.
    """

    seconds: dict[tuple[str, int], float]
    refused: dict[tuple[str, int], str] = field(default_factory=dict)

    def grows(self, way: str) -> bool:
        """Tell whether a call costs over 4 times as much with 1,000 idle connections as with 10.

        For a way that could not be measured on this system: whether it does on Linux.
        Raises ValueError for an unknown way.
        """
        if way not in WAYS:
            raise ValueError(f"there is no {way!r}: choose one of {', '.join(WAYS)}")
        few, many = (self.seconds.get((way, number)) for number in (FEW, MANY))
        return _GROWS[way] if few is None or many is None else many > MUCH * few

    def __str__(self) -> str:
        lines = [f"{way}: {'grows' if self.grows(way) else 'does not grow'}" for way in WAYS]
        return "\n".join(lines)

    __repr__ = __str__


def measure_idle(numbers: tuple[int, ...] = IDLE) -> IdleCosts:
    """Return the costs of a call of each way with each of these numbers of idle connections.

    Takes about half a second. Raises RuntimeError when the measuring process fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "labsupport.exhibits.idle_costs.measurement", *map(str, numbers)],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        check=False,
        env=child_env({}),
    )
    if done.returncode:
        raise RuntimeError(f"the measurement failed:\n{done.stderr}")
    found = json.loads(done.stdout)
    return IdleCosts(*({(way, n): value for way, n, value in part} for part in found))


def allow_descriptors(wanted: int) -> int:
    """Raise this process's limit of open descriptors to `wanted`; return what it is then.

    Only as far as the hard limit allows (man 2 getrlimit). Windows has no such limit.
    """
    try:
        import resource
    except ImportError:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):  # macOS has a further limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if soft == resource.RLIM_INFINITY else soft


@contextlib.contextmanager
def idle_connections(number: int) -> Iterator[list[socket.socket]]:
    """Yield connected sockets that say nothing, and one more, the last, that can be read."""
    with contextlib.ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range((number + 1) // 2 + 1)]
        ends = [stack.enter_context(end) for pair in pairs for end in pair]
        other, ready = ends[-2:]
        other.send(b"!")
        yield [*ends[:number], ready]


def ask_by(way: str, watched: list[socket.socket]) -> Callable[[], object]:
    """Return a function that asks once who is ready. Raises ValueError, AttributeError, OSError."""
    numbers = [one.fileno() for one in watched]
    if way == "select":
        select.select(numbers, [], [], 0)  # raises for a number that it cannot watch
        return lambda: select.select(numbers, [], [])
    poller = select.poll() if way == "poll" else select.epoll()
    for number in numbers:
        poller.register(number, select.POLLIN)  # EPOLLIN is the same number
    return poller.poll


def seconds_of(ask: Callable[[], object], calls: int) -> float:
    """Return the processor seconds of one call, of the fastest of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.process_time()
        for _ in range(calls):
            ask()
        best = min(best, (time.process_time() - begin) / calls)
    return max(best, 1e-9)  # a coarse clock may say that a call took no time


def main(numbers: list[int]) -> None:
    """Measure, and print the results as JSON."""
    seconds: list[tuple[str, int, float]] = []
    refused: list[tuple[str, int, str]] = []
    for number in numbers:
        if allow_descriptors(number + SPARE) < number + SPARE:
            why = f"this process may not open {number:,} connections"
            refused += [(way, number, why) for way in WAYS]
            continue
        with idle_connections(number) as watched:
            for way in WAYS:
                try:
                    ask = ask_by(way, watched)
                except ValueError:
                    refused.append((way, number, "refused: a descriptor is 1024 or more"))
                except AttributeError:
                    refused.append((way, number, f"{sys.platform} has no {way}"))
                else:
                    calls = 300 if way == "epoll" else max(2, 2_000 // number)
                    seconds.append((way, number, seconds_of(ask, calls)))
    print(json.dumps([seconds, refused]))


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
