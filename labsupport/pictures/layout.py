"""Decide what of a timeline goes where, before anything is drawn.

Lanes become rows; spans that overlap in one lane without lying inside each other get rows of
their own below it. Everything is in pixels. A label is placed inside its bar, beside it where
there is room, or shortened; it never runs over its bar into another.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from labsupport.pictures.canvas import SYMBOLS, family, shorten, text_width
from labsupport.pictures.theme import SERIES
from labsupport.traces.timeline import Mark, Span, Timeline

TEXT_SIZE = 12
PADDING = 6
SHORTEST_BAR = 2.5
SHORTEST_TEXT = 28
SYMBOL_ROOM = 7
CROWDED = 200  # so many things in one row leave no room for words between them


@dataclass
class Bar:
    """One span in its place: ``row`` counts from 0, ``depth`` says how deep it is nested."""

    span: Span
    row: int
    depth: int
    left: float
    right: float
    text_right: float  # where the first span nested inside begins
    text: str = ""
    text_left: float = 0.0
    inside: bool = True


@dataclass
class Sign:
    """One mark in its place; ``x`` is the middle of its symbol."""

    mark: Mark
    row: int
    x: float
    text: str = ""
    text_left: float = 0.0

    @property
    def left(self) -> float:
        """Where the symbol begins, with a little air."""
        return self.x - SYMBOL_ROOM

    @property
    def right(self) -> float:
        """Where the symbol ends, with a little air."""
        return self.x + SYMBOL_ROOM


@dataclass
class Rows:
    """The rows of one timeline: the lanes' names with their first row, bars and signs."""

    lanes: list[tuple[str, int]] = field(default_factory=list)
    count: int = 0
    bars: list[Bar] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)


class Families:
    """Which series of colours, or which symbol, each family of labels has; shared by all panels."""

    def __init__(self, timelines: Iterable[Timeline]) -> None:
        # Each family with its labels; a dictionary is a set that keeps the order.
        self._work: dict[str, dict[str, None]] = {}
        self._wait: dict[str, None] = {}
        self._mark: dict[str, dict[str, None]] = {}
        self.unfinished = False
        for timeline in timelines:
            for span in timeline.spans:
                if span.kind == "work":
                    self._work.setdefault(family(span.label), {})[span.label] = None
                else:
                    self._wait[family(span.label)] = None
                self.unfinished |= span.end is None
            for mark in timeline.marks:
                self._mark.setdefault(family(mark.label), {})[mark.label] = None
        self._series = {name: number % SERIES for number, name in enumerate(self._work)}
        self._symbol = dict(zip(self._mark, itertools.cycle(SYMBOLS), strict=False))

    def series(self, label: str) -> int:
        """Return the number of the colour and pattern of a work span with this label."""
        return self._series[family(label)]

    def symbol(self, label: str) -> str:
        """Return the name of the symbol of a mark with this label."""
        return self._symbol[family(label)]

    def is_alone(self, label: str) -> bool:
        """Tell whether no other label of a work span differs from this one by its number only."""
        return len(self._work.get(family(label), ())) < 2

    def legend(self) -> list[tuple[str, str]]:
        """Return the entries of the legend: (css of the swatch, words)."""
        entries: list[tuple[str, str]] = []
        names = list(self._work)
        for number in range(min(len(names), SERIES)):
            alike = [_in_words(self._work[name]) for name in names[number::SERIES]]
            words = ", ".join(alike[:3]) + (", …" if len(alike) > 3 else "")
            entries.append((f"p{number}", words))
        if self._wait:
            named = [kind for kind in self._wait if kind and kind not in ("wait", "waiting")]
            what = f" for {', '.join(named)}" if 0 < len(named) < 4 else ""
            entries.append(("wait", "waiting" + what))
        for labels in list(self._mark.values())[: len(SYMBOLS)]:
            entries.append((f"mark-{self.symbol(next(iter(labels)))}", _in_words(labels)))
        if self.unfinished:
            entries.append(("open", "never ended"))
        return entries


def _in_words(labels: Iterable[str]) -> str:
    """Say which labels a family has: "task 1 … task 10"."""
    different = sorted(set(labels), key=lambda label: (_number_of(label), label))
    if len(different) == 1:
        return different[0] or "work"
    return f"{different[0]} … {different[-1]}" if len(different) > 2 else ", ".join(different)


def _number_of(label: str) -> int:
    found = re.search(r"(\d{1,18})\s*$", label)
    return int(found.group(1)) if found else -1


def arrange(timeline: Timeline, to_x: Callable[[float], float], closing: float) -> Rows:
    """Return where the spans and marks of a timeline go.

    ``to_x`` turns seconds into pixels; spans that never ended are drawn up to ``closing``.
    """
    rows = Rows()
    spans, marks = defaultdict(list), defaultdict(list)
    for span in timeline.spans:
        spans[span.lane].append(span)
    for mark in timeline.marks:
        marks[mark.lane].append(mark)
    for lane in timeline.lanes:
        rows.lanes.append((lane, rows.count))
        bars = list(_stack(spans[lane], rows.count, to_x, closing))
        rows.bars += bars
        rows.signs += [Sign(mark, rows.count, to_x(mark.time)) for mark in marks[lane]]
        rows.count = max([bar.row for bar in bars], default=rows.count) + 1
    return rows


def _stack(
    spans: Iterable[Span], first: int, to_x: Callable[[float], float], closing: float
) -> Iterable[Bar]:
    """Give the spans of one lane their rows and depths."""
    rows: list[list[Bar]] = []
    for span in sorted(spans, key=lambda s: (s.start, -_end(s))):
        for row in rows:
            while row and _end(row[-1].span) <= span.start:
                row.pop()
            if not row or _end(row[-1].span) >= _end(span):
                break
        else:
            row = []
            rows.append(row)
        left = to_x(span.start)
        right = max(left + SHORTEST_BAR, closing if span.end is None else to_x(span.end))
        number = next(n for n, other in enumerate(rows) if other is row)
        bar = Bar(span, first + number, len(row), left, right, right)
        if row:
            row[-1].text_right = min(row[-1].text_right, left)
        row.append(bar)
        yield bar


def _end(span: Span) -> float:
    return math.inf if span.end is None else span.end


def place_labels(rows: Rows, families: Families, right_edge: float) -> None:
    """Give every bar and mark the words that fit where it stands.

    A label that does not fit into its bar is written after it, if nothing is in the way; else the
    number at its end is written inside ("7" for "task 7"), else its beginning.
    """
    left_edge = min([bar.left for bar in rows.bars] + [sign.left for sign in rows.signs], default=0)
    taken: dict[int, list[tuple[float, float]]] = {}
    everything: list[Bar | Sign] = [*rows.bars, *rows.signs]
    for thing in everything:
        taken.setdefault(thing.row, []).append((thing.left, thing.right))

    def beside(thing: Bar | Sign, width: float) -> float | None:
        """Return where words may begin after the thing, or before it, and take that place."""
        if len(taken[thing.row]) > CROWDED:
            return None
        for left in (thing.right, thing.left - width - 2 * PADDING):
            right = left + width + 2 * PADDING
            clear = all(right <= a or b <= left for a, b in taken[thing.row])
            if left_edge <= left and right <= right_edge and clear:
                taken[thing.row].append((left, right))
                return left + PADDING
        return None

    signs: dict[int, list[Sign]] = defaultdict(list)
    for sign in rows.signs:
        signs[sign.row].append(sign)
    for bar in rows.bars:
        _place_label(bar, signs[bar.row][:CROWDED], families, beside)
    for sign in rows.signs:
        # The symbol already has air around it, so its words need less.
        width = text_width(sign.mark.label, TEXT_SIZE) - PADDING
        if (place := beside(sign, width)) is not None:
            before = place < sign.x
            sign.text, sign.text_left = sign.mark.label, place - (PADDING if before else 3)


def _place_label(
    bar: Bar,
    signs: Iterable[Sign],
    families: Families,
    beside: Callable[[Bar, float], float | None],
) -> None:
    label, width = bar.span.label, text_width(bar.span.label, TEXT_SIZE)
    begin, limit = bar.left, bar.text_right
    for sign in signs:  # a symbol on the bar must not cover its label
        if begin < sign.right <= bar.left + PADDING + SYMBOL_ROOM:
            begin = sign.right - PADDING / 2
        elif begin + PADDING < sign.x < limit:
            limit = sign.left + PADDING
    room = limit - begin - 2 * PADDING
    bar.text_left = begin + PADDING
    tail = re.search(r"\d+\s*$", label)
    if width <= room:
        bar.text = label
    elif bar.depth == 0 and (place := beside(bar, width)) is not None:
        bar.text, bar.inside, bar.text_left = label, False, place
    elif tail and not families.is_alone(label):
        # The legend names the family; the number alone says which of it. Two pixels around it
        # are enough. A part of a number would be a lie, so it is all or nothing.
        spare = limit - begin - text_width(tail.group(), TEXT_SIZE)
        if spare >= 4:
            bar.text, bar.text_left = tail.group(), begin + spare / 2
    elif room >= SHORTEST_TEXT:
        bar.text = shorten(label, room, TEXT_SIZE)
