"""Draw timelines below each other on one time axis."""

from __future__ import annotations

from collections.abc import Sequence

from labsupport.pictures.canvas import (
    Drawing,
    round_ticks,
    shorten,
    text_width,
    tick_labels,
    time_unit,
    wrap,
)
from labsupport.pictures.layout import Bar, Families, Rows, arrange, place_labels
from labsupport.pictures.picture import Picture
from labsupport.traces.timeline import Timeline

WIDTH = 800
MARGIN = 20
WIDEST_NAME = 130
MOST_LANES = 120  # more lanes are drawn as their number at work
ROOM_FOR_ROWS = 520


def show_timelines(
    *timelines: Timeline,
    title: str = "",
    alt: str,
    ticks: Sequence[float] | None = None,
) -> Picture:
    """Return a picture of timelines, stacked on one time axis, each with its claim.

    Every timeline begins at 0 s. ``alt`` says in one sentence what there is to see; ``ticks`` are
    the marked moments in seconds (round ones are chosen without it). More than 120 lanes are
    drawn as one area: how many are at work. The text form holds the titles and claims.
    Raises ValueError without a timeline, without ``alt`` and for negative or unsorted ticks;
    TypeError for anything that is not a Timeline.
    """
    if not timelines:
        raise ValueError("show_timelines needs at least one timeline, as recorder.timeline() gives")
    for timeline in timelines:
        if not isinstance(timeline, Timeline):
            kind = type(timeline).__name__
            raise TypeError(f"show_timelines takes timelines, not {kind}: recorder.timeline()")
    if not alt.strip():
        raise ValueError("show_timelines needs alt=…: say in one sentence what there is to see")
    if ticks is not None and (sorted(ticks) != list(ticks) or min(ticks, default=0) < 0):
        raise ValueError("ticks are moments in seconds, none below zero, in rising order")
    chart = _Chart(timelines, ticks)
    drawing, height = chart.draw(title)
    lines = [title or alt]
    for timeline in timelines:
        said = ": ".join(words for words in (timeline.title, _claim(timeline)) if words)
        lines += [f"  {said}"] if said else []
    return Picture(drawing.render(height, alt), alt=alt, text="\n".join(lines))


def _claim(timeline: Timeline) -> str:
    if timeline.claim is not None:
        return timeline.claim
    if not timeline.spans and not timeline.marks:
        return "nothing was recorded"
    return timeline.claim_peak() if timeline.peak() else ""


def _is_crowd(timeline: Timeline) -> bool:
    return len(timeline.lanes) > MOST_LANES


class _Chart:
    """One picture: where the axis is, and the panels drawn so far."""

    def __init__(self, timelines: Sequence[Timeline], ticks: Sequence[float] | None) -> None:
        self.timelines = timelines
        listed = [timeline for timeline in timelines if not _is_crowd(timeline)]
        self.families = Families(listed)
        self.drawing = Drawing(WIDTH)
        names = [name for timeline in listed for name in timeline.lanes]
        names += ["at work"] if len(listed) < len(timelines) else []
        widest = max((text_width(name) for name in names), default=0)
        self.left = MARGIN + min(max(widest, 30), WIDEST_NAME) + 12
        self.right = WIDTH - MARGIN - 12
        # What never ended is drawn a little further than the last event.
        ends = [t.end * (1.04 if t.unfinished() else 1) for t in timelines]
        self.end = max(ends + list(ticks or ())) or 1.0
        self.ticks = list(ticks) if ticks is not None else round_ticks(self.end)
        self.y = float(MARGIN)

    def to_x(self, seconds: float) -> float:
        """Turn seconds since the first event into pixels."""
        return self.left + seconds / self.end * (self.right - self.left)

    def draw(self, title: str) -> tuple[Drawing, float]:
        """Draw all of it; return the drawing and its height."""
        for line in wrap(title, WIDTH - 2 * MARGIN, 17, bold=True):
            self.y += 17
            self.drawing.text(MARGIN, self.y, line, "ink title")
            self.y += 6
        if title:
            self.y += 8
        for timeline in self.timelines:
            self._panel(timeline)
        self._axis()
        legend = self.families.legend()
        if legend:
            self.y = self.drawing.legend(MARGIN, self.y + 26, legend)
        return self.drawing, self.y + 12

    def _panel(self, timeline: Timeline) -> None:
        for line in wrap(timeline.title, WIDTH - 2 * MARGIN, 14, bold=True):
            self.y += 15
            self.drawing.text(MARGIN, self.y, line, "ink head")
            self.y += 3
        for line in wrap(_claim(timeline), WIDTH - 2 * MARGIN, 13):
            self.y += 14
            self.drawing.text(MARGIN, self.y, line, "muted claim")
            self.y += 3
        self.y += 7
        top = self.y
        if _is_crowd(timeline):
            self._crowd(timeline)
        elif timeline.lanes:
            closing = self.to_x(timeline.end) + 0.04 * (self.right - self.left) / 1.04
            self._rows(arrange(timeline, self.to_x, closing))
            if len(self.timelines) > 1 and timeline.end:
                self._finish(timeline, top)
        self.y += 16

    def _finish(self, timeline: Timeline, top: float) -> None:
        """Show when the last event of this panel was, for comparison with the other panels."""
        factor, unit = time_unit(max(self.ticks, default=self.end))
        x, words = self.to_x(timeline.end), f"{float(f'{timeline.end * factor:.3g}'):g} {unit}"
        self.drawing.line(x, top - 6, x, self.y + 2, "link finish")
        last_line = (wrap(_claim(timeline), WIDTH - 2 * MARGIN, 13) or [""])[-1]
        claim_ends = MARGIN + text_width(last_line, 13) + 10
        if x + text_width(words) < self.right and claim_ends < x:
            self.drawing.text(x - 1, top - 10, words, "muted small")
        elif claim_ends < x - text_width(words):
            self.drawing.text(x + 1, top - 10, words, "muted small end")

    def _grid(self, height: float) -> None:
        for tick in self.ticks:
            x = self.to_x(tick)
            self.drawing.line(x, self.y, x, self.y + height, "grid")

    def _rows(self, rows: Rows) -> None:
        pitch = min(26.0, max(4.0, ROOM_FOR_ROWS / max(rows.count, 1)))
        gap = 4 if pitch > 14 else 1
        if pitch > 14:
            place_labels(rows, self.families, WIDTH - MARGIN / 2)
        every = max(1, -(-14 // int(pitch)))  # names need 14 pixels
        for number, (name, first) in enumerate(rows.lanes):
            following = [row for _, row in rows.lanes[number + 1 : number + 2]] or [rows.count]
            top, height = self.y + first * pitch, (following[0] - first) * pitch
            self.drawing.rect(
                self.left, top + gap / 2, self.right - self.left, height - gap, "track", 3
            )
            if number % every == 0:
                css = "ink end" if name == "main" else "muted end"
                shown = shorten(name, WIDEST_NAME)
                self.drawing.text(self.left - 10, top + pitch / 2 + 4.2, shown, css)
        self._grid(max(rows.count, 1) * pitch)
        drawn: dict[tuple[int, int], float] = {}
        for bar in rows.bars:
            # Thousands of bars thinner than a pixel would only make the file large.
            if bar.right <= drawn.get((bar.row, bar.depth), -1.0) + 0.5:
                continue
            drawn[bar.row, bar.depth] = bar.right
            self._bar(bar, pitch, gap)
        for bar in rows.bars:
            self._words(bar, pitch)
        for sign in rows.signs:
            y = self.y + (sign.row + 0.5) * pitch
            size = 5 if pitch > 14 else 2.5
            self.drawing.symbol(sign.x, y, self.families.symbol(sign.mark.label), size)
            self.drawing.text(sign.text_left, y + 4.2, sign.text, "ink halo")
        self.y += max(rows.count, 1) * pitch

    def _bar(self, bar: Bar, pitch: float, gap: float) -> None:
        height = max(pitch - gap - 6 * bar.depth, min(8, pitch - gap))
        top = self.y + (bar.row + 0.5) * pitch - height / 2
        if bar.span.kind == "wait":
            css = "wait"
        elif pitch > 8:
            css = f"p{self.families.series(bar.span.label)}"
        else:  # a pattern cannot be seen on so thin a bar
            css = f"c{self.families.series(bar.span.label)}"
        if bar.span.end is not None:
            radius = min(3, height / 3, (bar.right - bar.left) / 3)
            self.drawing.rect(bar.left, top, bar.right - bar.left, height, css, radius)
            return
        self.drawing.torn(bar.left, top, bar.right - bar.left, height, css)

    def _words(self, bar: Bar, pitch: float) -> None:
        y = self.y + (bar.row + 0.5) * pitch + 4.2
        if not bar.inside or bar.span.kind == "wait":
            css = "ink halo"
        else:
            css = f"ink h{self.families.series(bar.span.label)}"
        self.drawing.text(bar.text_left, y, bar.text, css)

    def _crowd(self, timeline: Timeline) -> None:
        """Draw how many are at work, one column per pixel, instead of more lanes than fit."""
        height, peak = 130.0, max(timeline.peak(), 1)
        columns = [0] * (int(self.right - self.left) + 2)
        edges = sorted(
            edge
            for span in timeline.spans
            if span.kind == "work"
            for edge in ((span.start, 1), (self.end if span.end is None else span.end, -1))
        )
        count = before = 0
        for when, step in edges:
            column = int(self.to_x(when) - self.left)
            for passed in range(before + 1, column + 1):
                columns[passed] = max(columns[passed], count)
            count += step
            columns[column] = max(columns[column], count)
            before = column
        base = self.y + height
        self.drawing.rect(self.left, self.y, self.right - self.left, height, "track", 3)
        self._grid(height)
        points = [(self.left, base)]
        for column, value in enumerate(columns[:-1]):
            y = base - value / peak * (height - 26)
            points += [(self.left + column, y), (min(self.left + column + 1, self.right), y)]
        self.drawing.path([*points, (self.right, base)], "s0")
        top = base - (height - 26)
        self.drawing.text(self.left + 8, top - 8, f"{peak:,} at work at once", "ink halo")
        self.drawing.text(self.left - 10, base, "0", "muted end")
        self.drawing.text(self.left - 10, top + 4, f"{peak:,}", "muted end")
        self.drawing.text(self.left - 10, base - height / 2 + 4, "at work", "muted end")
        self.y += height

    def _axis(self) -> None:
        self.y -= 8
        self.drawing.line(self.left, self.y, self.right, self.y, "rule")
        for tick, label in zip(self.ticks, tick_labels(self.ticks), strict=True):
            x = self.to_x(tick)
            self.drawing.line(x, self.y, x, self.y + 5, "rule")
            self.drawing.text(x, self.y + 18, label, "muted mid")
        self.y += 22
