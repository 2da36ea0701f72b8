"""The look of every picture: colours for a light and a dark page, patterns, type.

Colours are those of Okabe and Ito (Color Universal Design, 2008), which readers with any of the
common kinds of colour blindness tell apart; each also has its own pattern, so that a print in
grey can be read. A picture brings its own background: a notebook's theme and the reader's
``prefers-color-scheme`` may differ, and then bare dark letters would stand on a dark page.

The style sheet holds plain values and no ``var()``, which some converters do not know.
"""

from __future__ import annotations

from dataclasses import dataclass

FONT = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif'


@dataclass(frozen=True)
class Theme:
    """The colours of one theme, as "#rrggbb"."""

    background: str
    border: str
    ink: str
    muted: str
    grid: str
    track: str
    series: tuple[str, ...]
    tint: float  # how much of a series' colour is in its bars, the rest is background


LIGHT = Theme(
    background="#ffffff",
    border="#d5dbe1",
    ink="#1c2126",
    muted="#55606b",
    grid="#e1e6eb",
    track="#f4f6f8",
    series=("#0072b2", "#e08a00", "#009e73", "#c2447f", "#d55e00", "#857a00"),
    tint=0.30,
)
DARK = Theme(
    background="#14181d",
    border="#323a43",
    ink="#e8edf2",
    muted="#a3aeb9",
    grid="#2b323a",
    track="#1b2026",
    series=("#56b4e9", "#f0a830", "#2fc79b", "#e68ab8", "#f2804a", "#e5da4a"),
    tint=0.28,
)
SERIES = len(LIGHT.series)


def mix(colour: str, ground: str, share: float) -> str:
    """Return ``share`` (0 to 1) of ``colour`` on ``ground``, all as "#rrggbb"."""
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def bar_fill(theme: Theme, series: int) -> str:
    """Return the colour that fills the bars of a series."""
    return mix(theme.series[series], theme.background, theme.tint)


def _rules(theme: Theme) -> str:
    rules = [
        f".bg{{fill:{theme.background};stroke:{theme.border}}}",
        f".ink{{fill:{theme.ink}}}",
        f".muted{{fill:{theme.muted}}}",
        f".track{{fill:{theme.track}}}",
        f".grid{{stroke:{theme.grid}}}",
        f".rule{{stroke:{theme.border}}}",
        f".link{{stroke:{theme.muted}}}",
        f".halo{{stroke:{theme.background}}}",
        f".waitline{{stroke:{theme.muted};fill:none}}",
        f".wait{{fill:url(#wait);stroke:{theme.muted}}}",
        f".ground{{fill:{theme.background}}}",
        f".dashed{{fill:{theme.track};stroke:{theme.muted}}}",
        f".mark{{fill:{theme.ink};stroke:{theme.background}}}",
    ]
    for number, colour in enumerate(theme.series):
        tint = bar_fill(theme, number)
        rules += [
            f".t{number}{{fill:{tint}}}",
            f".s{number}{{fill:{tint};stroke:{colour}}}",
            f".p{number}{{fill:url(#p{number});stroke:{colour}}}",
            f".c{number}{{fill:{colour}}}",
            f".l{number}{{stroke:{colour}}}",
            f".h{number}{{stroke:{tint}}}",
        ]
    return "".join(rules)


def style_sheet() -> str:
    """Return the CSS of all pictures, for both themes."""
    halos = ",".join(f".h{number}" for number in range(SERIES))
    return (
        f"text{{font-family:{FONT};font-size:12px}}"
        ".small{font-size:11px}.title{font-size:17px;font-weight:600}"
        ".head{font-size:14px;font-weight:600}.claim{font-size:13px}"
        ".mid{text-anchor:middle}.end{text-anchor:end}"
        f".halo,{halos}{{stroke-width:4px;stroke-linejoin:round;paint-order:stroke}}"
        ".waitline{stroke-width:1.4px}.wait{stroke-dasharray:3 2}"
        ".grid,.rule{stroke-width:1px}.link{stroke-width:1.5px;fill:none}"
        ".finish,.dashed{stroke-dasharray:2 3}"
        + _rules(LIGHT)
        + f"@media (prefers-color-scheme:dark){{{_rules(DARK)}}}"
    )


def _pattern(name: str, size: float, inside: str, turn: int = 0) -> str:
    turned = f' patternTransform="rotate({turn})"' if turn else ""
    return (
        f'<pattern id="{name}" width="{size:g}" height="{size:g}" '
        f'patternUnits="userSpaceOnUse"{turned}>{inside}</pattern>'
    )


def patterns() -> str:
    """Return the SVG definitions of the patterns: "wait" and one for each series.

    Diagonal lines mean waiting and nothing else.
    """
    marks = [
        "",  # the first series is plain: most pictures have only one
        '<circle class="c1" cx="3" cy="3" r="1.1"/>',
        '<path class="l2" stroke-width="1" d="M0 1.5H6"/>',
        '<path class="l3" stroke-width="1" d="M1.5 0V6"/>',
        '<path class="l4" stroke-width=".9" fill="none" d="M0 1.5H7M1.5 0V7"/>',
        '<path class="l5" stroke-width="1" fill="none" d="M0 6L4 2L8 6"/>',
    ]
    sizes = [6, 6, 5, 5, 7, 8]
    wait = _pattern(
        "wait",
        6,
        '<rect class="ground" width="6" height="6"/><path class="waitline" d="M0 0V6"/>',
        turn=45,
    )
    return wait + "".join(
        _pattern(f"p{n}", size, f'<rect class="t{n}" width="{size}" height="{size}"/>{mark}')
        for n, (size, mark) in enumerate(zip(sizes, marks, strict=True))
    )
