"""Probes of lesson 08: fetchers are tried on a site that counts its visitors.

What overlapped is told by the site (`?meet=` and `/visitors`, see `labsupport.demos.web_site`),
not by a clock.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import gevent

from labsupport.exercises.greenlets import Answer, NotDoneError, call
from labsupport.exercises.verdicts import RIGHT, Verdict, fault_in_value, wrong
from labsupport.network.servers import RunningServer, running_server

LIMIT = 3


def _get(site: RunningServer, path: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{site.port}/{path}") as answer:
        page: bytes = answer.read()
    return page


def _most(site: RunningServer) -> int:
    return int(json.loads(_get(site, "visitors"))["most"])


def limit_fetches(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `fetch_all(urls, limit)`: every page, in order, exactly `limit` visitors at once."""
    places = ["museum", "bakery", "theatre", "harbour", "market", "garden", "bridge"]
    with running_server("web_site") as site:
        urls = _urls(site, [f"{place}?meet={LIMIT + 1}" for place in places])
        try:
            value = call(answer, list(urls), LIMIT)
        except NotDoneError as stuck:
            return stuck.verdict.as_json()
        most = _most(site)
        pages = [_get(site, place) for place in places]
    return _judge_limited(value, pages, most).as_json()


def _urls(site: RunningServer, paths: list[str]) -> list[str]:
    return [f"http://127.0.0.1:{site.port}/{path}" for path in paths]


def _judge_limited(value: object, pages: list[bytes], most: int) -> Verdict:
    # First: who does not read a page lets the next visitor in before this one has left.
    if isinstance(value, list) and (fault := _fault_in_pages(value)):
        return fault
    if most > LIMIT:
        return wrong(
            f"the site had {most} visitors at once, and the limit was {LIMIT}.",
            "Let a Pool with `limit` places start the greenlets.",
        )
    if fault := fault_in_value(value, "fetch_all", "the list of pages"):
        return fault
    assert isinstance(value, list)
    if value != pages:
        if sorted(value) == sorted(pages):
            return wrong(
                "all pages are there, but not in the order of the addresses.",
                "Pages arrive in any order. map keeps the order of its items; imap_unordered "
                "does not.",
            )
        return wrong(
            f"{len(pages)} pages were asked for; of these, {len(set(pages) & set(value))} came "
            f"back, in a list of {len(value)}.",
            "Return each page once, as the bytes that read() gives.",
        )
    if most < LIMIT:
        many = "1 visitor" if most == 1 else f"{most} visitors"
        return wrong(
            f"the site had never more than {many} at once, although {LIMIT} were allowed.",
            "Start all fetches before you wait for the first one to end.",
        )
    return RIGHT


def _fault_in_pages(value: list[object]) -> Verdict | None:
    for item in value:
        if isinstance(item, gevent.Greenlet):
            return wrong(
                "fetch_all returned greenlets, not pages.",
                "Wait for each of them: get() returns what its function returned.",
            )
        if not isinstance(item, bytes):
            return wrong(
                f"the list holds an object of type {type(item).__name__} where a page should be.",
                "A page is what read() of the answer gives: bytes.",
            )
    return None


SECONDS = 1.0  # that a page may take in give_up_in_time
_TROUBLES = {
    "market?status=503": "the error page",
    "garden?cut=1": "the page that breaks off",
    "station?delay=9": "the page that is slow to begin",
    "bridge?drip=0.35": "the dripping page",
}


def give_up_in_time(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `fetch_each(urls, seconds)`: good pages, and an exception for each bad one."""
    good = ["harbour", "museum"]
    with running_server("web_site") as site:
        paths = [f"{place}?" for place in good] + list(_TROUBLES)
        # All of them meet, which they can only do at once.
        urls = _urls(site, [f"{path}&meet={len(paths)}" for path in paths])
        try:
            value = call(answer, list(urls), SECONDS)
        except NotDoneError as stuck:
            return stuck.verdict.as_json()
        except (Exception, gevent.Timeout) as error:
            return wrong(
                f"{type(error).__name__} of one page came out of fetch_each, and all the other "
                "pages were lost.",
                "Catch what a page meets inside the greenlet of that page, and return it there.",
            ).as_json()
        most = _most(site)
        pages = [_get(site, place) for place in good]
    if not isinstance(value, dict):
        kind = "None" if value is None else f"an object of type {type(value).__name__}"
        return wrong(f"fetch_each returned {kind}, not a dict.", "Return the dict.").as_json()
    outcomes = [value.get(url) for url in urls]
    return _judge_outcomes(outcomes, pages, most, len(urls)).as_json()


def _judge_outcomes(outcomes: list[object], pages: list[bytes], most: int, all_: int) -> Verdict:
    for what, page, outcome in zip(("first", "second"), pages, outcomes, strict=False):
        if outcome != page:
            return wrong(
                f"the {what} page is good, but its entry is {_short(outcome)}.",
                "A good page's entry is its bytes; failing pages must not touch it.",
            )
    for (path, name), outcome in zip(_TROUBLES.items(), outcomes[len(pages) :], strict=True):
        if isinstance(outcome, BaseException):
            continue
        if "drip" in path and isinstance(outcome, bytes):
            return wrong(
                "the dripping page was fetched to its end, which took longer than allowed.",
                "timeout= of urlopen limits each wait, not the page. gevent.Timeout limits "
                "everything in its block.",
            )
        return wrong(
            f"{name} has the entry {_short(outcome)}, not the exception that was met.",
            "Let the function of one page catch what it meets and return it. gevent.Timeout is "
            "no Exception: name it.",
        )
    if most < all_:
        return wrong(
            f"the site had never more than {most} of the {all_} visitors at once.",
            "Spawn a greenlet for every address before you wait for the first one.",
        )
    return RIGHT


def _short(outcome: object) -> str:
    if isinstance(outcome, bytes):
        return f"{len(outcome)} bytes"
    if isinstance(outcome, BaseException):
        return type(outcome).__name__
    return repr(outcome)[:60]


def save_every_page(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `save_pages(urls, folder)`: every page in its file, all fetched at once."""
    places = ["harbour", "garden", "museum", "bakery"]
    with running_server("web_site") as site:
        urls = _urls(site, [f"{place}?meet={len(places)}" for place in places])
        try:
            call(answer, list(urls), str(folder))
        except NotDoneError as stuck:
            return stuck.verdict.as_json()
        # At once, before this greenlet waits: whoever still runs was not waited for.
        found = {path.name: path.read_bytes() for path in folder.iterdir()}
        pages = {f"{place}.html": _get(site, place) for place in places}
        most = _most(site)
    if missing := [name for name in pages if name not in found]:
        last = " only the last one" if list(found) == [list(pages)[-1]] else " instead"
        names = ", ".join(sorted(found)) or "nothing"
        return wrong(
            f"{len(missing)} of {len(pages)} files are missing; the folder holds{last}: {names}.",
            "Look at the first line of save: when does it run, and which value has url then? "
            "And do all greenlets end before save_pages does?",
        ).as_json()
    for name, page in pages.items():
        if found[name] != page:
            return wrong(
                f"{name} does not hold its own page.",
                "A greenlet must keep its address and its page to itself, also while it waits.",
            ).as_json()
    if most < len(places):
        return wrong(
            f"the files are right, but the site had never more than {most} of {len(places)} "
            "visitors at once.",
            "Spawn all greenlets first, and wait for them after the loop.",
        ).as_json()
    return RIGHT.as_json()
