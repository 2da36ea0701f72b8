"""The probe of lesson 08's asyncio exercise: a fetch of its own counts who is inside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, fault_in_value, wrong

Answer = Callable[..., Any]
LIMIT = 3
PATIENCE = 6.0  # seconds for one call of an answer


def limit_coroutines(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `gather_pages(fetch, urls, limit)`, a coroutine function, with a made-up fetch."""
    return asyncio.run(_try_coroutines(answer)).as_json()


async def _try_coroutines(answer: Answer) -> Verdict:
    inside = most = 0
    asked: list[str] = []
    urls = [f"/{number}" for number in range(8)]
    trouble = LookupError("no page /5")

    async def fetch(url: str) -> str:
        nonlocal inside, most
        inside, most = inside + 1, max(most, inside + 1)
        asked.append(url)
        try:
            for _ in range(10 + 10 * (url == "/0")):  # the first page comes late
                await asyncio.sleep(0.005)
            if url == "/5":
                raise trouble
        finally:
            inside -= 1
        return f"page {url}"

    made = answer(fetch, list(urls), LIMIT)
    if not isinstance(made, Awaitable):
        return wrong("gather_pages is no coroutine function.", "Keep `async def`.")
    try:
        value = await asyncio.wait_for(made, PATIENCE)
    except LookupError as error:
        if error is not trouble:
            raise
        return wrong(
            "the exception of one page came out of gather_pages, and the other pages were lost.",
            "gather can put exceptions among the results: look at its arguments.",
        )
    except TimeoutError:
        return wrong(
            f"gather_pages was not done after {PATIENCE:g} seconds.",
            "Some coroutine waits for ever. Does everyone give its place back, also after an "
            "exception?",
        )
    if fault := fault_in_value(value, "gather_pages", "the list of results"):
        return fault
    expected = [trouble if url == "/5" else f"page {url}" for url in urls]
    return _judge_gathered(value, expected, most, asked)


def _judge_gathered(
    value: Sequence[object], expected: Sequence[object], most: int, asked: list[str]
) -> Verdict:
    if most > LIMIT:
        return wrong(
            f"{most} pages were fetched at once, and the limit was {LIMIT}.",
            "Make each coroutine take one of `limit` places before it fetches: asyncio.Semaphore.",
        )
    if any(isinstance(item, Awaitable) for item in value):
        return wrong(
            "gather_pages returned coroutines or tasks, not results.",
            "Await them: only then they are done.",
        )
    if len(asked) != len(expected):
        return wrong(
            f"fetch was called {len(asked)} times for {len(expected)} addresses.",
            "Fetch each page once.",
        )
    if value != expected:
        if sorted(map(repr, value)) == sorted(map(repr, expected)):
            return wrong(
                "all results are there, but not in the order of the addresses.",
                "gather keeps the order of its coroutines; as_completed does not.",
            )
        return wrong(
            f"gather_pages returned {value!r}"[:300] + ".",
            "For each address, what fetch returned; for a failing page, its exception.",
        )
    if most < LIMIT:
        many = "1 page was" if most == 1 else f"{most} pages were"
        return wrong(
            f"never more than {many} fetched at once, although {LIMIT} were allowed.",
            "An `await` in a loop waits for each page before the next: make all coroutines first "
            "and hand them to gather.",
        )
    return RIGHT
