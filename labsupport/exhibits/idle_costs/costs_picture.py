"""Draw what a call of select, poll and epoll costs against the number of idle connections."""

from __future__ import annotations

import math
import selectors

from labsupport.exhibits.idle_costs.measurement import WAYS, IdleCosts
from labsupport.pictures.canvas import Drawing, shorten, wrap
from labsupport.pictures.picture import Picture

WIDTH, MARGIN = 800, 20
LEFT, RIGHT = 84.0, 730.0  # of the field; at its right stand the names of the lines
HEIGHT = 250.0
SHAPES = {"select": "square", "poll": "triangle", "epoll": "diamond"}
COLOURS = {"select": 1, "poll": 3, "epoll": 0}
NAME = 15  # pixels between the names of two lines


def show_idle(costs: IdleCosts, *, title: str = "", alt: str = "", claim: str = "") -> Picture:
    """Return a picture of the costs: both scales are in powers of ten.

    The text form holds the claims, no numbers: they differ from run to run. Raises ValueError
    when nothing was measured.
    """
    if not costs.seconds:
        raise ValueError("there is nothing to draw: no way of waiting was measured")
    alt = alt or "A chart of the cost of one call against the number of idle connections."
    drawing = Drawing(WIDTH)
    y = float(MARGIN)
    for line in wrap(title or "The cost of idle connections", WIDTH - 2 * MARGIN, 14, True):
        y += 15
        drawing.text(MARGIN, y, line, "ink head")
        y += 3
    for line in wrap(claim, WIDTH - 2 * MARGIN, 13):
        y += 14
        drawing.text(MARGIN, y, line, "muted claim")
        y += 3
    top = y + 34
    bottom = top + HEIGHT
    numbers = sorted({number for _, number in (*costs.seconds, *costs.refused)})
    lowest = math.floor(math.log10(min(costs.seconds.values()) * 1e6))
    highest = max(math.ceil(math.log10(max(costs.seconds.values()) * 1e6)), lowest + 1)
    widest = max(1.0, math.log10(numbers[-1] / numbers[0]))

    def across(number: int) -> float:
        return LEFT + 20 + math.log10(number / numbers[0]) / widest * (RIGHT - LEFT - 40)

    def up(seconds: float) -> float:
        return bottom - (math.log10(seconds * 1e6) - lowest) / (highest - lowest) * HEIGHT

    drawing.text(MARGIN, top - 14, "processor time of one call, in microseconds", "muted small")
    for power in range(lowest, highest + 1):
        level = up(10**power / 1e6)
        drawing.line(LEFT, level, RIGHT, level, "grid")
        drawing.text(LEFT - 10, level + 4, f"{10.0**power:,g}", "muted end")
    for number in numbers:
        drawing.line(across(number), top, across(number), bottom, "grid")
        drawing.text(across(number), bottom + 18, f"{number:,}", "ink mid")
    drawing.text((LEFT + RIGHT) / 2, bottom + 36, "idle connections", "muted small mid")

    ends: list[tuple[float, float, str]] = []
    for way in WAYS:
        points = [
            (across(number), up(costs.seconds[way, number]))
            for number in numbers
            if (way, number) in costs.seconds
        ]
        if not points:
            continue
        drawing.path(points, f"link l{COLOURS[way]}", closed=False)
        for x, level in points:
            drawing.symbol(x, level, SHAPES[way])
        ends.append((points[-1][1], points[-1][0], way))
    taken: list[tuple[float, float]] = []
    for level, x, way in sorted(ends, reverse=True):  # the lowest line first
        low = level + (4 if x == across(numbers[-1]) else 20)  # another line may go on beside it
        while any(x == other and abs(low - y) < NAME for y, other in taken):
            low -= 1
        drawing.text(x + 12, low, way, "ink halo")
        taken.append((low, x))
    y = bottom + 58
    refused: dict[tuple[int, str], list[str]] = {}
    for (way, number), why in costs.refused.items():
        refused.setdefault((number, why), []).append(way)
    for (number, why), ways in refused.items():
        words = f"{', '.join(ways)} with {number:,} idle connections: {why}"
        drawing.text(MARGIN, y, shorten(words, WIDTH - 2 * MARGIN), "muted")
        y += 18
    default = selectors.DefaultSelector.__name__
    drawing.text(MARGIN, y, f"On this machine selectors.DefaultSelector is {default}.", "muted")
    y += 18
    return Picture(drawing.render(y + 2, alt), alt, f"{title or alt}\n{costs}")
