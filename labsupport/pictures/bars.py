"""Compare costs: bars whose lengths are how many times as costly each thing is."""

from __future__ import annotations

import math
from collections.abc import Mapping

from labsupport.pictures.canvas import Drawing, shorten, text_width, wrap
from labsupport.pictures.picture import Picture

WIDTH = 800
MARGIN = 20
PITCH = 30
WIDEST_NAME = 240


def ratio_bars(
    costs: Mapping[str, float],
    *,
    alt: str,
    title: str = "",
    claim: str = "",
    baseline: str | None = None,
    what: str = "as costly",
) -> Picture:
    """Return a picture of costs as multiples of one of them.

    ``costs`` are measured values in any one unit (seconds, bytes), each above zero; ``baseline``
    names the one that counts as 1 (the smallest without it); ``what`` completes "3 ×". Bars begin
    at zero, so lengths may be compared. The text form holds the names and the claim, no numbers:
    they differ from run to run. Raises ValueError without costs, for a cost that is not above
    zero and for an unknown baseline.

    >>> ratio_bars({"thread": 0.1, "process": 2.0}, title="Starting", claim="a thread is cheaper",
    ...            alt="a short and a long bar")
    Starting: thread, process
      a thread is cheaper
    """
    if not costs:
        raise ValueError("ratio_bars needs at least one cost, for example {'thread': 0.1}")
    for name, cost in costs.items():
        if not (cost > 0 and math.isfinite(cost)):
            raise ValueError(f"the cost of {name!r} is {cost}: only numbers above zero compare")
    if baseline is not None and baseline not in costs:
        raise ValueError(f"the baseline {baseline!r} is not among: {', '.join(costs)}")
    one = costs[baseline] if baseline is not None else min(costs.values())
    drawing = Drawing(WIDTH)
    y = float(MARGIN)
    for line in wrap(title, WIDTH - 2 * MARGIN, 14, bold=True):
        y += 15
        drawing.text(MARGIN, y, line, "ink head")
        y += 3
    for line in wrap(claim, WIDTH - 2 * MARGIN, 13):
        y += 14
        drawing.text(MARGIN, y, line, "muted claim")
        y += 3
    bottom = _draw(drawing, {name: cost / one for name, cost in costs.items()}, y + 8, what)
    text = f"{title or alt}: {', '.join(costs)}" + (f"\n  {claim}" if claim else "")
    return Picture(drawing.render(bottom + MARGIN - 6, alt), alt=alt, text=text)


def _draw(drawing: Drawing, ratios: dict[str, float], top: float, what: str) -> float:
    left = MARGIN + min(WIDEST_NAME, max(text_width(name) for name in ratios)) + 12
    words = {
        name: "1 ×" if ratio == 1 else f"{in_round_numbers(ratio)} × {what}"
        for name, ratio in ratios.items()
    }
    room = WIDTH - MARGIN - left - max(text_width(text) for text in words.values()) - 10
    largest = max(ratios.values())
    unit = left + room / largest
    for number, (name, ratio) in enumerate(ratios.items()):
        y = top + number * PITCH
        length = max(2.0, room * ratio / largest)
        css = "s0" if ratio == 1 else "s1"
        drawing.rect(left, y + 3, WIDTH - MARGIN - left, PITCH - 6, "track", 3)
        drawing.rect(left, y + 3, length, PITCH - 6, css, min(3, length / 3))
        drawing.text(left - 10, y + PITCH / 2 + 4.2, shorten(name, WIDEST_NAME), "ink end")
        drawing.text(left + length + 8, y + PITCH / 2 + 4.2, words[name], "ink halo")
    if len(ratios) > 1:  # the baseline's length, carried through all rows
        drawing.line(unit, top - 2, unit, top + len(ratios) * PITCH + 2, "link finish")
    return top + len(ratios) * PITCH


def in_round_numbers(ratio: float) -> str:
    """Write a ratio with two digits, all that a measurement on a shared machine is good for.

    >>> [in_round_numbers(ratio) for ratio in (1, 0.5, 1.26, 12.7, 1234)]
    ['1', '0.5', '1.3', '13', '1,200']
    """
    rounded = float(f"{ratio:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"
