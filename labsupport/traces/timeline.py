"""What happened when: spans and marks in lanes, and claims about them that are stable.

Seconds differ from run to run and from machine to machine. The claims here (at most 5 at once,
a ended before b started) do not, so a notebook may print them and a test may compare them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["work", "wait"]
MOST_EVENTS = 200_000


@dataclass(frozen=True)
class Span:
    """One stretch of work or waiting; times in seconds, ``end`` is None if it never ended."""

    lane: str
    label: str
    kind: Kind
    start: float
    end: float | None


@dataclass(frozen=True)
class Mark:
    """One moment, in seconds."""

    lane: str
    label: str
    time: float


@dataclass(frozen=True)
class Timeline:
    """Spans and marks in order of their start, in seconds since the first event.

    >>> two = Timeline(spans=(Span("P1", "a", "work", 0.0, 2.0), Span("P2", "b", "work", 1.0, 3.0)))
    >>> two.peak(), two.overlaps("a", "b"), two.before("a", "b")
    (2, True, False)
    """

    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    title: str = ""
    claim: str | None = None

    @property
    def lanes(self) -> list[str]:
        """The lanes' names in order of first appearance, "main" first."""
        seen = sorted(
            [(span.start, span.lane) for span in self.spans]
            + [(mark.time, mark.lane) for mark in self.marks],
            key=lambda pair: (pair[1] != "main", pair[0]),
        )
        return list(dict.fromkeys(lane for _, lane in seen))

    @property
    def end(self) -> float:
        """The time of the last event, in seconds since the first."""
        times = [span.start for span in self.spans] + [mark.time for mark in self.marks]
        times += [span.end for span in self.spans if span.end is not None]
        return max(times, default=0.0)

    def peak(self, label_prefix: str | None = None) -> int:
        """Return the largest number of work spans open at the same moment.

        ``label_prefix`` counts only spans whose label begins so. A span that ends at the very
        moment at which another starts does not overlap with it.
        """
        edges: list[tuple[float, int]] = []
        for span in self.spans:
            if span.kind == "work" and span.label.startswith(label_prefix or ""):
                edges += [(span.start, 1), (self._end_of(span), -1)]
        at_work = most = 0
        for _, step in sorted(edges):
            at_work += step
            most = max(most, at_work)
        return most

    def overlaps(self, first: str, second: str) -> bool:
        """Tell whether a span labelled ``first`` and another labelled ``second`` overlap.

        Raises ValueError when no span has one of the labels.
        """
        return any(
            a is not b and a.start < self._end_of(b) and b.start < self._end_of(a)
            for a in self._labelled(first)
            for b in self._labelled(second)
        )

    def before(self, first: str, second: str) -> bool:
        """Tell whether everything labelled ``first`` ended before anything labelled ``second``.

        Labels of spans and of marks both count. Raises ValueError when nothing has the label.
        """
        ends = [when for _, when in self._moments(first)]
        starts = [when for when, _ in self._moments(second)]
        return max(ends) <= min(starts)

    def order(self, by: Literal["start", "end"] = "start", kind: Kind | None = "work") -> list[str]:
        """Return the labels of the spans in order of their start or of their end.

        ``kind`` is "work", "wait" or None for both. Spans that never ended are not in the order
        of ends. Raises ValueError for another ``by``.
        """
        chosen = [span for span in self.spans if kind in (None, span.kind)]
        if by == "start":
            return [span.label for span in sorted(chosen, key=lambda span: span.start)]
        if by == "end":
            ended = [(span.end, span.label) for span in chosen if span.end is not None]
            return [label for _, label in sorted(ended, key=lambda pair: pair[0])]
        raise ValueError(f'order by "start" or "end", not by {by!r}')

    def lane_of(self, label: str) -> str:
        """Return the lane of the first span or mark with this label; ValueError if none has it."""
        found = [(span.start, span.lane) for span in self.spans if span.label == label]
        found += [(mark.time, mark.lane) for mark in self.marks if mark.label == label]
        if not found:
            raise ValueError(self._unknown(label))
        return min(found)[1]

    def gaps(self, lane: str, longer_than: float = 0.0) -> list[tuple[float, float]]:
        """Return when a lane had no span open, as (start, end) in seconds, between its spans.

        Raises ValueError when there is no such lane.
        """
        if lane not in self.lanes:
            raise ValueError(f"there is no lane {lane!r}; the lanes are: {', '.join(self.lanes)}")
        found: list[tuple[float, float]] = []
        busy_until: float | None = None
        for span in sorted((s for s in self.spans if s.lane == lane), key=lambda s: s.start):
            if busy_until is not None and span.start - busy_until > longer_than:
                found.append((busy_until, span.start))
            busy_until = max(busy_until or 0.0, self._end_of(span))
        return found

    def unfinished(self) -> list[str]:
        """Return the labels of the spans that never ended (their process was killed)."""
        return [span.label for span in self.spans if span.end is None]

    def claim_peak(self, noun: str = "", label_prefix: str | None = None) -> str:
        """Say in words how much ran at once, for example "at most 5 tasks at once".

        ``noun`` is the word for one of them; ``label_prefix`` as in ``peak``.
        """
        peak = self.peak(label_prefix)
        if not peak:
            return "nothing at work"
        things = f" {noun if peak == 1 else _plural(noun)}" if noun else ""
        return f"at most {peak}{things} at once"

    def __repr__(self) -> str:
        return f"<timeline {self.title!r}: {self.claim or self.claim_peak()}>"

    def _end_of(self, span: Span) -> float:
        return math.inf if span.end is None else span.end

    def _labelled(self, label: str) -> list[Span]:
        found = [span for span in self.spans if span.label == label]
        if not found:
            raise ValueError(self._unknown(label))
        return found

    def _moments(self, label: str) -> list[tuple[float, float]]:
        found = [(span.start, self._end_of(span)) for span in self.spans if span.label == label]
        found += [(mark.time, mark.time) for mark in self.marks if mark.label == label]
        if not found:
            raise ValueError(self._unknown(label))
        return found

    def _unknown(self, label: str) -> str:
        known = list(dict.fromkeys([s.label for s in self.spans] + [m.label for m in self.marks]))
        shown = ", ".join(map(repr, known[:8])) + (", …" if len(known) > 8 else "")
        return f"nothing is labelled {label!r}; recorded are: {shown or 'no events at all'}"


def read_timeline(
    data: bytes, owner: int, *, title: str = "", lane_names: str = "P", claim: str | None = None
) -> Timeline:
    """Return the timeline of a recorder's file.

    ``owner`` is the process whose main thread is "main", unless a program has said in the file
    that it is. A last line without its newline is still being written and is left out.
    Raises ValueError for a line that is not an event and for more than MOST_EVENTS events.
    """
    lines = data.decode(errors="replace").split("\n")[:-1]
    if len(lines) > MOST_EVENTS:
        raise ValueError(f"{len(lines)} events are too many to draw; record at most {MOST_EVENTS}")
    try:
        rows = sorted((line.split("\t") for line in lines), key=lambda row: int(row[0]))
        owners = [int(row[2]) for row in rows if row[1] == "O"]
        events = [row for row in rows if row[1] != "O"]
        namer = _LaneNames(owners[0] if owners else owner, lane_names)
        zero = int(events[0][0]) if events else 0
        begun: dict[str, Span] = {}
        marks: list[Mark] = []
        for row in events:
            when = (int(row[0]) - zero) / 1e9
            if row[1] == "E":
                if row[2] in begun:  # not after a clear() in the middle of the span
                    opened = begun[row[2]]
                    begun[row[2]] = Span(opened.lane, opened.label, opened.kind, opened.start, when)
                continue
            _, letter, key, identity, lane, label = row
            lane = lane or namer.name(identity)
            if letter == "M":
                marks.append(Mark(lane, label, when))
            else:
                begun[key] = Span(lane, label, "wait" if letter == "W" else "work", when, None)
    except (ValueError, IndexError) as error:
        raise ValueError(f"the file of events holds a line that is not an event: {error}") from None
    return Timeline(_sorted(begun.values()), tuple(marks), title, claim)


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def _sorted(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: span.start))


class _LaneNames:
    """Give short names to identities ("PID", "PID T4", "PID T4 G7") in order of appearance."""

    def __init__(self, owner: int, prefix: str) -> None:
        self._names: dict[str, str] = {f"{owner}": "main"}
        self._counts: dict[tuple[str, str], int] = {}
        self._prefix = prefix + " " if len(prefix) > 1 and prefix[-1].isalpha() else prefix

    def name(self, identity: str) -> str:
        """Return the name of this process, thread or greenlet; the same each time."""
        if identity not in self._names:
            above, _, own = identity.rpartition(" ")
            parent = self.name(above) if above else ""
            letter = own[0] if above else self._prefix
            number = self._counts[parent, letter] = self._counts.get((parent, letter), 0) + 1
            inside = "" if parent in ("", "main") else parent + " "
            self._names[identity] = f"{inside}{letter}{number}"
        return self._names[identity]
