"""Probes of lesson 15: tasks that get lost on purpose, and a crowd of clients to be spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]
_ATTEMPTS = 3
_TOO_OFTEN = 20  # rounds; who gets here does not stop
_CLIENTS = [f"192.0.2.{a}:{b}" for a in range(1, 251) for b in range(4)]  # RFC 5737: examples
# A hash ring is right, and costs much in each call: what needs no statistics asks for few clients.
_FEW = _CLIENTS[::10]
_SERVERS = ["amber", "birch", "cedar", "dune"]


class _NodeDiedError(Exception):
    """What a lost task raises."""


class _EndlessError(BaseException):
    """Ends an answer that asks for ever, past its `except Exception`."""


class _Tasks:
    """A cluster that loses a task as often as `losses` says, and remembers what it was asked."""

    def __init__(self, losses: dict[str, int]) -> None:
        self.losses = dict(losses)
        self.asked: Counter[str] = Counter()
        #: ("submit" | "get", item) in their order
        self.calls: list[tuple[str, str]] = []

    def submit(self, item: str) -> _Task:
        self.asked[item] += 1
        if self.asked[item] > _TOO_OFTEN:
            raise _EndlessError
        self.calls.append(("submit", item))
        lost = self.losses.get(item, 0) > 0
        if lost:
            self.losses[item] -= 1
        return _Task(self, item, lost)


class _Task:
    def __init__(self, tasks: _Tasks, item: str, lost: bool) -> None:
        self._tasks, self._item, self._lost = tasks, item, lost

    def get(self) -> str | None:
        self._tasks.calls.append(("get", self._item))
        if self._lost:
            raise _NodeDiedError(self._item)
        return None if self._item == "nothing" else self._item.upper()


def ask_again(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `gather(submit, items, attempts)`: all at once, only what was lost, not for ever."""
    verdict = _judge_rounds(answer) or _judge_giving_up(answer)
    return (verdict or RIGHT).as_json()


def _judge_rounds(answer: Answer) -> Verdict | None:
    items = ["a", "b", "nothing", "c"]
    tasks = _Tasks({"b": 1, "c": _ATTEMPTS - 1})
    try:
        value = answer(tasks.submit, items, _ATTEMPTS)
    except _NodeDiedError as error:
        return wrong(
            f"the task {error.args[0]!r} was lost, and its error came out of gather.",
            "Each get() stands in a try of its own; what raises goes into the next round.",
        )
    except _EndlessError:
        return _endless(tasks)
    except RuntimeError:
        return wrong(
            f"attempts was {_ATTEMPTS}, everything was there after {_ATTEMPTS} rounds, and gather "
            "raised RuntimeError.",
            "Count the rounds: the last one may still bring what is missing.",
        )
    first_get = next((at for at, (what, _) in enumerate(tasks.calls) if what == "get"), 0)
    begun = [item for _, item in tasks.calls[:first_get]]
    if tasks.calls and sorted(begun) != sorted(items):
        return wrong(
            f"gather waited for a result when it had started only {begun}.",
            "Start all tasks of a round first; then they run at the same time.",
        )
    needed = Counter({"a": 1, "b": 2, "nothing": 1, "c": _ATTEMPTS})
    for item in items:
        if tasks.asked[item] > needed[item]:
            return wrong(
                f"the task {item!r} had a result, {'None, ' if item == 'nothing' else ''}and "
                f"gather started it {tasks.asked[item]} times.",
                "Repeat only the tasks whose get() raised; the value says nothing about that.",
            )
    expected = {"a": "A", "b": "B", "nothing": None, "c": "C"}
    if value != expected:
        return wrong(f"gather returned {value!r}.", f"It should be {expected!r}.")
    return None


def _judge_giving_up(answer: Answer) -> Verdict | None:
    tasks = _Tasks({"lost for ever": 10 * _TOO_OFTEN})
    try:
        value = answer(tasks.submit, ["a", "lost for ever"], _ATTEMPTS)
    except _EndlessError:
        return _endless(tasks)
    except RuntimeError:
        count = tasks.asked["lost for ever"]
        if count != _ATTEMPTS:
            return wrong(
                f"attempts was {_ATTEMPTS}, and gather asked {count} times for a task that is "
                "always lost.",
                "One round is one attempt, the first one counted.",
            )
        return None
    return wrong(
        f"one task was lost in every round, and gather returned {value!r}.",
        "Raise RuntimeError when something is still lost after the last round.",
    )


def _endless(tasks: _Tasks) -> Verdict:
    return wrong(
        f"gather asked {_TOO_OFTEN} times for one task, and attempts was {_ATTEMPTS}: it does "
        "not stop.",
        "Count the rounds, and raise RuntimeError after the last one.",
    )


def mend_the_choice(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `pick(client, servers)`: stable, even, and few changes when a server goes."""
    # In this order: a choice by chance would fail everything.
    verdict = (
        _judge_stability(answer)
        or _judge_spread(answer, _SERVERS)
        or _judge_removal(answer)
        or _judge_spread(answer, _SERVERS[1:])
    )
    return (verdict or RIGHT).as_json()


def _choices(answer: Answer, servers: list[str], clients: list[str] = _CLIENTS) -> dict[str, str]:
    return {client: answer(client, list(servers)) for client in clients}


def _judge_stability(answer: Answer) -> Verdict | None:
    first = _choices(answer, _SERVERS, _FEW)
    strangers = sorted({str(server) for server in first.values() if server not in _SERVERS})
    if strangers:
        return wrong(
            f"pick returned {strangers[0]}, which is none of the servers.",
            "Return one of the names in the list.",
        )
    if _choices(answer, _SERVERS, _FEW) != first:
        return wrong(
            "the same client got another server when it came again.",
            "Nothing but the two names may decide.",
        )
    if _choices(answer, _SERVERS[::-1], _FEW) != first:
        return wrong(
            "the list of servers came in another order, and clients got another server.",
            "The place in the list must not matter: use the servers' names.",
        )
    names = answer.__globals__
    had = "hash" in names
    before = names.get("hash")
    names["hash"] = lambda value: hash(("another process", value))  # salted, as in each process
    try:
        again = _choices(answer, _SERVERS, _FEW)
    finally:
        if had:
            names["hash"] = before
        else:
            del names["hash"]
    if again != first:
        return wrong(
            "another process chose another server: hash() of a text differs in each process.",
            "Take a hash that is the same everywhere: hashlib.sha256, zlib.crc32.",
        )
    return None


def _judge_spread(answer: Answer, servers: list[str]) -> Verdict | None:
    counts = Counter(_choices(answer, servers).values())
    share = len(_CLIENTS) // len(servers)
    for server in servers:
        if not 0.7 * share < counts[server] < 1.35 * share:
            return wrong(
                f"of {len(_CLIENTS)} clients {server} got {counts[server]}; {share} would be even.",
                "Let a good hash of both names decide, such as hashlib.sha256.",
            )
    return None


def _judge_removal(answer: Answer) -> Verdict | None:
    before = _choices(answer, _SERVERS, _FEW)
    for gone in _SERVERS:
        after = _choices(answer, [server for server in _SERVERS if server != gone], _FEW)
        moved = sum(before[client] not in (gone, after[client]) for client in _FEW)
        if moved:
            stayed = sum(server != gone for server in before.values())
            return wrong(
                f"{gone} was taken away, and {moved} of the {stayed} clients of the other servers "
                "got another server.",
                "Give each server a number made from its name and the client's; the highest wins.",
            )
    return None
