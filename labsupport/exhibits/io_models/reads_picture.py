"""Draw the two phases of reads that `reads` has watched, one row for each model."""

from __future__ import annotations

from labsupport.exhibits.io_models.reads import ReadWatch
from labsupport.pictures.canvas import Drawing, number, text_width, wrap
from labsupport.pictures.picture import Picture

WIDTH, MARGIN = 800, 20
LEFT, MIDDLE, RIGHT = 206.0, 496.0, 780.0  # columns: waiting from LEFT, copying from MIDDLE
BAR, PITCH = 24, 66
SECONDS = 7  # of one sweep of the animated line

# The line is not there at all for a reader who wants no motion, or before and after it moves.
_MOTION = (
    "<style>.now{{stroke-width:2px;opacity:0}}"
    "@keyframes sweep{{0%{{transform:none;opacity:.9}}99%{{opacity:.9}}"
    "100%{{transform:translateX({width}px);opacity:0}}}}"
    "@media (prefers-reduced-motion:no-preference)"
    "{{.now{{animation:sweep {seconds}s linear 1s 3}}}}</style>"
    '<line class="now l4" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'
)
_LEGEND = [
    ("wait", "asleep in a call"),
    ("p2", "your own work"),
    ("s0", "your call copies"),
    ("p3", "the kernel copies"),
    ("mark-wedge", "a call that returned at once"),
    ("mark-diamond", "a signal"),
]


def show_reads(*watches: ReadWatch, title: str = "", alt: str = "") -> Picture:
    """Return a picture of one or more reads: in each row what the reading thread did, and when.

    The two columns are the two phases. Each row's first phase fills its column; the second phase
    has one scale for all rows. The text form says who sleeps and who copies, without numbers.
    Raises ValueError without a read.
    """
    if not watches:
        raise ValueError("show_reads needs at least one read: what watch_read returned")
    names = ", ".join(watch.name for watch in watches)
    alt = alt or f"The two phases of a read, waiting and copying, for: {names}."
    drawing = Drawing(WIDTH)
    y = float(MARGIN)
    for line in wrap(title or f"The two phases of a read: {names}", WIDTH - 2 * MARGIN, 14, True):
        y += 15
        drawing.text(MARGIN, y, line, "ink head")
        y += 3
    top = y + 16
    drawing.text((LEFT + MIDDLE) / 2, top, "1  waiting for data (milliseconds)", "ink mid")
    drawing.text((MIDDLE + RIGHT) / 2, top, "2  copying to you (microseconds)", "ink mid")
    y = top + 12
    longest = max((w.end - w.sent for w in watches if not w.missing), default=1.0)
    for watch in watches:
        _draw_row(drawing, y, watch, longest)
        y += PITCH
    drawing.line(MIDDLE, top + 6, MIDDLE, y - 8, "link finish")
    drawing.text(MIDDLE, y + 6, "data is sent", "muted small mid")
    seen = {css for watch in watches for css in _seen(watch)}
    bottom = drawing.legend(MARGIN, y + 32, [entry for entry in _LEGEND if entry[0] in seen])
    svg = drawing.render(bottom + MARGIN - 12, alt)
    moving = _MOTION.format(
        width=number(RIGHT - LEFT), seconds=SECONDS, x=number(LEFT), top=number(top + 6),
        bottom=number(y - 8),
    )  # fmt: skip
    svg = svg.removesuffix("</svg>") + moving + "</svg>"
    widest = max(len(watch.name) for watch in watches)
    return Picture(svg, alt, "\n".join(f"{watch.name:<{widest}}  {watch!r}" for watch in watches))


def _draw_row(drawing: Drawing, y: float, watch: ReadWatch, longest: float) -> None:
    drawing.text(MARGIN, y + 16, watch.name.replace("_", " "), "ink head")
    for row, words in enumerate(wrap(repr(watch), LEFT - MARGIN - 14, 11)[:3]):
        drawing.text(MARGIN, y + 31 + 13 * row, words, "muted small")
    if watch.missing:
        drawing.rect(LEFT, y, RIGHT - LEFT, BAR, "dashed", 3)
        drawing.text(LEFT + 10, y + 16.5, f"Not run: {watch.missing}.", "muted")
        return
    drawing.rect(LEFT, y, RIGHT - LEFT, BAR, "track", 3)

    def at(moment: float) -> float:
        """Return the x of a moment."""
        if moment <= watch.sent:
            passed = (moment - watch.start) / (watch.sent - watch.start)
            return LEFT + max(0.0, passed) * (MIDDLE - LEFT)
        return MIDDLE + min(1.0, (moment - watch.sent) / longest) * (RIGHT - MIDDLE - 4)

    def bar(start: float, end: float, css: str, top: float = 0, height: float = BAR) -> None:
        drawing.rect(at(start), y + top, max(2.5, at(end) - at(start)), height, css, 1.5)

    for start, end in _joined(watch.works):
        bar(start, end, "p2")
    for call in watch.calls:
        if call.name == watch.sleeper:
            copies = call.outcome == "data"
            bar(call.start, watch.sent if copies else call.end, "wait")
        if call.outcome == "data":
            bar(max(call.start, watch.sent), call.end, "s0")
    if not watch.copied_by_call:
        bar(watch.sent, watch.end, "p3", BAR / 2, BAR / 2)
    last = 0.0
    for call in watch.calls:
        if call.outcome != "data" and call.name != watch.sleeper and at(call.start) > last + 4:
            last = at(call.start)  # a loop that only asks makes many thousands
            drawing.symbol(last, y - 3, "wedge", 3.5)
    for moment in watch.signals:
        drawing.symbol(at(moment), y - 3, "diamond", 4.5)
    many = len(watch.calls)
    count = f"{many} call{'s' if many > 1 else ''}: {watch.steps}"
    for row, words in enumerate(wrap(count, RIGHT - LEFT, 11)[:2]):
        drawing.text(LEFT, y + BAR + 14 + 13 * row, words, "muted small")
    late = f"{(watch.end - watch.sent) * 1e6:,.0f} µs until you have it"
    drawing.text(RIGHT - text_width(late, 11), y + BAR + 14, late, "muted small")


def _seen(watch: ReadWatch) -> set[str]:
    """Return which entries of the legend a read needs."""
    at_once = any(call.outcome != "data" and call.name != watch.sleeper for call in watch.calls)
    needs = {
        "wait": watch.sleeper,
        "p2": watch.works,
        "s0": watch.copied_by_call,
        "p3": not watch.copied_by_call and not watch.missing,
        "mark-wedge": at_once,
        "mark-diamond": watch.signals,
    }
    return {css for css, needed in needs.items() if needed}


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join spans between which there is less than a tenth of a millisecond."""
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < 1e-4:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
