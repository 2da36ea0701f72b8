"""What the interleaving explorer has found: as text, as a timeline, as a picture."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from labsupport.pictures.picture import Picture
from labsupport.pictures.timeline_view import show_timelines
from labsupport.traces.timeline import Mark, Span, Timeline

ROOM_FOR_CHANGES = 6  # with more steps the bars are too short for what each step changed


@dataclass(frozen=True)
class Step:
    """One turn of one thread.

    Attributes:
        thread: whose turn it was.
        label: what it did.
        change: which values are different after it.
        waiting: who could not run meanwhile, and what each waited for.
    """

    thread: str
    label: str
    change: str = ""
    waiting: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Schedule:
    """The turns of all threads in one order; ``failure`` is empty when it ended well.

    ``waiting`` is filled when nobody could go on: who waits for what, for ever.
    """

    steps: tuple[Step, ...]
    failure: str = ""
    waiting: Mapping[str, str] = field(default_factory=dict)

    @property
    def length(self) -> tuple[int, int]:
        """The number of steps, and how often the turn passed to another thread."""
        turns = [step.thread for step in self.steps]
        return len(turns), sum(a != b for a, b in itertools.pairwise(turns))

    @property
    def order(self) -> str:
        """Whose turn it was, step by step: "ABBA"."""
        names = [step.thread for step in self.steps]
        return ("" if all(len(name) == 1 for name in names) else " ").join(names)

    def timeline(self, title: str = "") -> Timeline:
        """Return the schedule as a timeline, in which each step takes one second.

        A thread that waits for a lock is drawn waiting; for ever, if it never got it.
        """
        say_change = len(self.steps) <= ROOM_FOR_CHANGES
        spans = [
            Span(step.thread, _words(step, say_change), "work", float(number), number + 1.0)
            for number, step in enumerate(self.steps)
        ]
        moments = [step.waiting for step in self.steps] + [self.waiting]
        for name in {name: None for moment in moments for name in moment}:
            start: int | None = None
            for number, moment in enumerate([*moments, {}]):
                if name in moment and start is None:
                    start = number
                if name not in moment and start is not None:
                    end = None if number == len(moments) else float(number)
                    spans.append(Span(name, moments[start][name], "wait", float(start), end))
                    start = None
        spans.sort(key=lambda span: (span.start, span.lane))
        # A mark one step later leaves room for the waiting that has no end.
        stuck = tuple(Mark(name, "stuck", len(self.steps) + 1.0) for name in self.waiting)
        claim = self.failure or "This is one of them; its end is right"
        return Timeline(tuple(spans), stuck, title, claim)

    def __str__(self) -> str:
        names = max((len(step.thread) for step in self.steps), default=0)
        labels = max((len(step.label) for step in self.steps), default=0)
        lines = [
            f"{number:>3}  {step.thread:<{names}}  {step.label:<{labels}}  {step.change}".rstrip()
            for number, step in enumerate(self.steps, 1)
        ]
        return "\n".join([*lines, self.failure or "The end is right."])


def _words(step: Step, say_change: bool) -> str:
    return f"{step.label}: {step.change}" if say_change and step.change else step.label


@dataclass(frozen=True)
class Exploration:
    """All schedules of some threads.

    Attributes:
        schedules: how many there are.
        failing: how many of them fail.
        shortest: the failing one with the fewest steps, and of these with the fewest changes of
            turn; None when none fails.
        first: the one in which each thread runs as long as it can.
    """

    schedules: int
    failing: int
    shortest: Schedule | None
    first: Schedule

    @property
    def is_right(self) -> bool:
        """Whether no schedule fails."""
        return not self.failing

    def __repr__(self) -> str:
        tried = f"{self.schedules:,} schedule{'s' if self.schedules != 1 else ''} tried"
        if self.shortest is None:
            return f"{tried}, none fails."
        many = "all of them fail" if self.failing == self.schedules else f"{self.failing:,} fail"
        many = many if self.failing != 1 or self.schedules == 1 else "1 fails"
        return f"{tried}, {many}. The shortest that fails:\n{self.shortest}"

    def draw(self, title: str = "", alt: str = "") -> Picture:
        """Return a picture of the shortest failing schedule, or of the first if none fails.

        Args:
            title: above the picture; by default how many schedules fail.
            alt: what there is to see; by default the steps in words.
        """
        shown = self.shortest or self.first
        head = repr(self).partition("\n")[0].partition(". ")[0].rstrip(".")
        words = ", ".join(f"{step.thread} {step.label}" for step in shown.steps)
        said = f"The threads take turns: {words}. {shown.failure or 'The end is right'}."
        return show_timelines(shown.timeline(), title=title or head, alt=alt or said, ticks=())
