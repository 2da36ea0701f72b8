"""Build an SVG picture by hand: shapes, text that fits, round ticks.

A drawing grows downwards and says its height at the end. All numbers are pixels, y grows
downwards. Classes are those of ``theme.style_sheet``. Nothing here knows what is drawn.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from html import escape

from labsupport.pictures import theme

# Widths of Helvetica's and Arial's letters in thousandths of the type size. Other sans-serif
# faces (DejaVu Sans, Verdana) are wider, hence SPARE.
_WIDTHS = {
    222: "ijl'|",
    278: " !,./:;I[]\\ft",
    333: "()-`r{}",
    389: '*"^',
    500: "cksvxyzJ",
    556: "0123456789abdeghnopqu?_$#L",
    584: "+<=>~…",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    944: "W%@",
}
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
SPARE = 1.12


def text_width(text: str, size: float = 12, bold: bool = False) -> float:
    """Return about how wide a line of text is, in pixels, never less than in common faces.

    Wide and full-width characters (Unicode Standard Annex 11) count as one em, combining
    characters as nothing.
    """
    total = 0
    for letter in text:
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
            continue
        if letter in _WIDTH_OF:
            total += _WIDTH_OF[letter]
        else:
            total += 1100 if unicodedata.east_asian_width(letter) in "WF" else 667
    return total / 1000 * size * SPARE * (1.07 if bold else 1)


def clusters(text: str) -> list[str]:
    """Split text where it may be cut: a letter stays with its accents, an emoji whole."""
    found: list[str] = []
    for letter in text:
        joined = bool(found) and (
            found[-1].endswith("\u200d")
            or unicodedata.category(letter) in ("Mn", "Me", "Cf")
            or "\U0001f3fb" <= letter <= "\U0001f3ff"
        )
        if joined:
            found[-1] += letter
        else:
            found.append(letter)
    return found


def shorten(text: str, room: float, size: float = 12, bold: bool = False) -> str:
    """Return the text, or as much of it as fits into ``room`` pixels with "…", or "".

    >>> shorten("a very long label", 60)
    'a very lo…'
    """
    if text_width(text, size, bold) <= room:
        return text
    pieces = clusters(text)
    while pieces:
        pieces.pop()
        cut = "".join(pieces).rstrip() + "…"
        if pieces and text_width(cut, size, bold) <= room:
            return cut
    return ""


def wrap(text: str, room: float, size: float = 12, bold: bool = False) -> list[str]:
    """Break text into lines of at most ``room`` pixels; a word too long is shortened."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= room:
            lines[-1] = longer
        else:
            lines.append(shorten(word, room, size, bold))
    return lines


def round_ticks(end: float, most: int = 8) -> list[float]:
    """Return 0 and round steps (1, 2 or 5 times a power of ten) up to ``end``.

    At most ``most`` steps. Raises ValueError when ``end`` is not a positive number.

    >>> round_ticks(0.52, most=6)
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    """
    if not (end > 0 and math.isfinite(end)):
        raise ValueError(f"an axis needs an end above zero, not {end}")
    rough = end / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10, 20) if power * m >= rough * (1 - 1e-9))
    digits = max(0, 1 - math.floor(math.log10(step)))
    return [round(n * step, digits) for n in range(int(end / step * (1 + 1e-9)) + 1)]


def time_unit(largest: float) -> tuple[float, str]:
    """Return by what to multiply seconds up to ``largest``, and the unit: s, ms or µs."""
    return (1.0, "s") if largest >= 1 else (1e3, "ms") if largest >= 1e-3 else (1e6, "µs")


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """Return labels for ticks given in seconds, in s, ms or µs; the last one names the unit.

    >>> tick_labels([0, 0.1, 0.2])
    ['0', '100', '200 ms']
    """
    factor, unit = time_unit(max(ticks, default=0))
    labels = [f"{tick * factor:.10g}" for tick in ticks]
    return [*labels[:-1], f"{labels[-1]} {unit}"] if labels else []


def xml_text(text: str) -> str:
    """Return text for an XML document: escaped, without characters that XML 1.0 forbids."""
    return escape(re.sub("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text))


def number(value: float) -> str:
    """Write a coordinate with at most two decimals, so that files stay small."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


class Drawing:
    """An SVG picture under construction, ``width`` pixels wide."""

    def __init__(self, width: int = 800) -> None:
        self.width = width
        self._parts: list[str] = []

    def rect(
        self, x: float, y: float, width: float, height: float, css: str, radius: float = 0
    ) -> None:
        """Draw a rectangle whose upper left corner is (x, y)."""
        corner = f' rx="{number(radius)}"' if radius else ""
        self._parts.append(
            f'<rect class="{css}" x="{number(x)}" y="{number(y)}" '
            f'width="{number(width)}" height="{number(height)}"{corner}/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        """Draw a straight line."""
        self._parts.append(
            f'<line class="{css}" x1="{number(x1)}" y1="{number(y1)}" '
            f'x2="{number(x2)}" y2="{number(y2)}"/>'
        )

    def path(self, points: Sequence[tuple[float, float]], css: str, closed: bool = True) -> None:
        """Draw a polygon, or an open line, through the points."""
        steps = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        self._parts.append(f'<path class="{css}" d="M{steps}{"Z" if closed else ""}"/>')

    def text(self, x: float, y: float, text: str, css: str) -> None:
        """Write one line of text, its baseline at y."""
        if text:
            self._parts.append(
                f'<text class="{css}" x="{number(x)}" y="{number(y)}">{xml_text(text)}</text>'
            )

    def legend(self, x: float, y: float, entries: Sequence[tuple[str, str]]) -> float:
        """Draw a row of swatches with words, broken where it is full; return the y below it.

        An entry is (css of the swatch, words); the swatch "mark-…" is the symbol of that name.
        """
        left = x
        for css, words in entries:
            shown = shorten(words, self.width - 2 * x - 24)
            if left > x and left + 24 + text_width(shown) > self.width - x:
                left, y = x, y + 20
            if css.startswith("mark-"):
                self.symbol(left + 8, y - 4, css.removeprefix("mark-"))
            elif css == "open":
                self.torn(left, y - 10, 16, 12, "p0")
            else:
                self.rect(left, y - 10, 16, 12, css, radius=2)
            self.text(left + 22, y, shown, "muted")
            left += 22 + text_width(shown) + 18
        return y + 12 if entries else y

    def symbol(self, x: float, y: float, shape: str, size: float = 5) -> None:
        """Draw the sign of a moment around (x, y); ``shape`` is a key of SYMBOLS."""
        corners = SYMBOLS[shape]
        self.path([(x + dx * size, y + dy * size) for dx, dy in corners], "mark")

    def torn(self, x: float, y: float, width: float, height: float, css: str) -> None:
        """Draw a rectangle whose right edge is torn: what it stands for has no known end."""
        steps, right = (4 if height > 10 else 2), x + width
        edge = [(right - (5 if n % 2 else 0), y + height * n / steps) for n in range(steps + 1)]
        self.path([(x, y), *edge, (x, y + height)], css)

    def render(self, height: float, description: str) -> str:
        """Return the whole SVG document; ``description`` is read by screen readers."""
        size = f"{number(self.width)} {number(height)}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{self.width}" '
            f'height="{number(height)}" role="img" aria-label="{xml_text(description)}">'
            f"<style>{theme.style_sheet()}</style><defs>{theme.patterns()}</defs>"
            f'<rect class="bg" x=".5" y=".5" width="{number(self.width - 1)}" '
            f'height="{number(height - 1)}" rx="8"/>' + "".join(self._parts) + "</svg>"
        )


SYMBOLS: dict[str, list[tuple[float, float]]] = {
    "diamond": [(0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)],
    "triangle": [(0, -1.1), (1.1, 0.9), (-1.1, 0.9)],
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "wedge": [(0, 1.1), (1.1, -0.9), (-1.1, -0.9)],
}


def family(label: str) -> str:
    """Return what labels that differ by a number have in common: "task" for "task 7".

    A label that is nothing but a number belongs to the family "".
    """
    return re.sub(r"[\s#:_.-]*\d+\s*$", "", label)
