"""What is judged: one item for each thing that a server must do, in eight stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from labsupport.capstone.wire import Place

Probe = Callable[[Place], None]

STAGES = {
    1: "greeting and login",
    2: "PWD, CWD, TYPE",
    3: "passive data and LIST",
    4: "RETR",
    5: "STOR",
    6: "many users at once",
    7: "slow and broken clients",
    8: "limits",
}

# In stage 8 the server may open so many descriptors: little enough for 300 clients to use up.
DESCRIPTORS = {8: 256}


@dataclass(frozen=True)
class Item:
    """One thing that a server must do.

    Attributes:
        name: as `--only` takes it.
        stage: 1 to 8.
        asks: the sentence that must be true.
        rule: what the RFC (or another source) says, in our own words.
        lesson: which lesson helps, and with what.
        seconds: after this time it counts as failed.
        probe: the client that finds out; raises `Unmet`.
    """

    name: str
    stage: int
    asks: str
    rule: str
    lesson: str
    seconds: float
    probe: Probe


ITEMS: dict[str, Item] = {}


def item(
    stage: int, name: str, *, rule: str, lesson: str, seconds: float = 20.0
) -> Callable[[Probe], Probe]:
    """Make an item of a function; the first line of its docstring is what it asks."""

    def enter(probe: Probe) -> Probe:
        asks = (probe.__doc__ or "").strip().splitlines()[0].removesuffix(".")
        ITEMS[name] = Item(name, stage, asks, rule, lesson, seconds, probe)
        return probe

    return enter
