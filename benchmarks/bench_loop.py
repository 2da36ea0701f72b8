"""What the loop costs per wait: against the selector alone, and against asyncio, in the same run.

    python benchmarks/bench_loop.py

A wait is a byte that travels through a socket pair, to a task that waits for it and sends it back.
"alone" does the same without any loop: the selector, and two system calls for each byte. The
median of interleaved rounds; the machine should do nothing else.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import statistics
import time
from collections.abc import Awaitable, Callable

from ftp_project.loop import Coro, Loop, join, pause, recv, sendall, spawn

ROUNDS = 7
#: waits, turns and tasks of one measurement
COUNT = 5000
#: pairs of tasks that wait at the same time
MANY = 50
Work = Callable[[], object]


def seconds(work: Work) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def compare(name: str, count: int, ours: Work, others: dict[str, Work]) -> None:
    """Print one row: our time for one, and the ratio of our time to each of the others."""
    times: dict[str, list[float]] = {key: [] for key in ("ours", *others)}
    for _ in range(ROUNDS):
        for key, work in (("ours", ours), *others.items()):
            times[key].append(seconds(work))
    each = statistics.median(times["ours"]) / count * 1e6
    ratios = [
        f"{statistics.median(a / b for a, b in zip(times['ours'], times[key], strict=True)):6.2f}"
        f" x {key}"
        for key in others
    ]
    print(f"{name:<44} {each:7.2f} µs  {'  '.join(ratios)}")


def pairs(count: int) -> list[tuple[socket.socket, socket.socket]]:
    made = [socket.socketpair() for _ in range(count)]
    for pair in made:
        for sock in pair:
            sock.setblocking(False)
    return made


def shut(made: list[tuple[socket.socket, socket.socket]]) -> None:
    for pair in made:
        for sock in pair:
            sock.close()


def with_loop(count: int, each: int) -> None:
    made = pairs(count)

    def caller(sock: socket.socket) -> Coro[None]:
        for _ in range(each):
            yield from sendall(sock, b"x", None)
            yield from recv(sock, 1, None)

    def answerer(sock: socket.socket) -> Coro[None]:
        while data := (yield from recv(sock, 1, None)):
            yield from sendall(sock, data, None)

    def main() -> Coro[None]:
        tasks = []
        for one, other in made:
            yield from spawn(answerer(other))
            tasks.append((yield from spawn(caller(one))))
        for task in tasks:
            yield from join(task, None)

    Loop().run(main())
    shut(made)


def with_asyncio(count: int, each: int) -> None:
    made = pairs(count)

    async def caller(sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(each):
            await loop.sock_sendall(sock, b"x")
            await loop.sock_recv(sock, 1)

    async def answerer(sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(sock, 1):
            await loop.sock_sendall(sock, data)

    async def main() -> None:
        answerers = [asyncio.create_task(answerer(other)) for _, other in made]
        await asyncio.gather(*[caller(one) for one, _ in made])
        for task in answerers:
            task.cancel()

    asyncio.run(main())
    shut(made)


def with_selector(count: int, each: int) -> None:
    made = pairs(count)
    left = count * each
    with selectors.DefaultSelector() as selector:
        for one, other in made:
            selector.register(one, selectors.EVENT_READ)
            selector.register(other, selectors.EVENT_READ)
            one.send(b"x")
        callers = {one for one, _ in made}
        while left > 0:
            for key, _ in selector.select():
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                data = sock.recv(1)
                if sock in callers:
                    left -= 1
                sock.send(data)
    shut(made)


def turns_with_loop() -> None:
    def main() -> Coro[None]:
        for _ in range(COUNT):
            yield from pause()

    Loop().run(main())


def run_async(make: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await make()

    asyncio.run(main())


async def turns_with_asyncio() -> None:
    for _ in range(COUNT):
        await asyncio.sleep(0)


def nothing() -> Coro[None]:
    yield from pause()


def tasks_with_loop() -> None:
    def main() -> Coro[None]:
        for _ in range(COUNT):
            yield from join((yield from spawn(nothing())), None)

    Loop().run(main())


async def tasks_with_asyncio() -> None:
    async def nothing() -> None:
        await asyncio.sleep(0)

    for _ in range(COUNT):
        await asyncio.create_task(nothing())


def main() -> None:
    each = COUNT // MANY
    compare(
        "a wait for a socket, 1 pair of tasks",
        2 * COUNT,
        lambda: with_loop(1, COUNT),
        {"alone": lambda: with_selector(1, COUNT), "asyncio": lambda: with_asyncio(1, COUNT)},
    )
    compare(
        f"a wait for a socket, {MANY} pairs of tasks",
        2 * COUNT,
        lambda: with_loop(MANY, each),
        {"alone": lambda: with_selector(MANY, each), "asyncio": lambda: with_asyncio(MANY, each)},
    )
    compare(
        "a turn of the loop (pause, sleep(0))",
        COUNT,
        turns_with_loop,
        {"asyncio": lambda: run_async(turns_with_asyncio)},
    )
    compare(
        "a task that makes one turn, and its join",
        COUNT,
        tasks_with_loop,
        {"asyncio": lambda: run_async(tasks_with_asyncio)},
    )


if __name__ == "__main__":
    main()
