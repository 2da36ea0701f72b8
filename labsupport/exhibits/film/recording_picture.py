"""Draw a film of a server's loop as a strip: one frame for each turn, in reading order."""

from __future__ import annotations

from labsupport.exhibits.film.recording import LISTENER, Film, Turn
from labsupport.pictures.canvas import Drawing, shorten, wrap
from labsupport.pictures.picture import Picture

WIDTH, MARGIN, GAP, COLUMNS = 800, 20, 12, 3
FRAME = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS
LINE = 17
MOST_FRAMES = 24
NAME = 46.0  # room for a client's name before its buffer


def show_film(film: Film, *, title: str = "", alt: str = "", most: int = MOST_FRAMES) -> Picture:
    """Return the strip of a film: what clients did, what select said, what ran, what is waiting.

    The text form is the film's own. Raises ValueError for a film without a turn.
    """
    if not len(film):
        raise ValueError("this film has no turn: let a client of the script connect")
    alt = alt or f"A film strip of {len(film)} turns of a server's loop; in the end: {film.ending}."
    turns = film.turns[:most]
    drawing = Drawing(WIDTH)
    y = float(MARGIN)
    for line in wrap(title or "Turn by turn", WIDTH - 2 * MARGIN, 14, True):
        y += 15
        drawing.text(MARGIN, y, line, "ink head")
        y += 3
    y += 10
    fullest = max((len(data) for turn in turns for data in turn.buffers.values()), default=1)
    for start in range(0, len(turns), COLUMNS):
        row = turns[start : start + COLUMNS]
        acts = max(len(turn.before) for turn in row)
        rows = max(len(turn.buffers) for turn in row)
        ran = max(len(turn.ran) for turn in row)
        height = 46 + LINE * (2 + max(1, ran) + max(1, rows))
        y += LINE * acts
        for column, turn in enumerate(row):
            x = MARGIN + column * (FRAME + GAP)
            for number, act in enumerate(turn.before):
                low = y - LINE * (len(turn.before) - number) + 11
                drawing.text(x + 2, low, shorten(f"» {act}", FRAME - 4), "ink")
            number = start + column + 1
            _draw_frame(drawing, x, y, height, number, turn, max(1, ran), max(1, fullest))
        y += height + GAP
    left = len(film) - len(turns)
    more = f"and {left} more turns; " if left else ""
    drawing.text(MARGIN, y + 12, f"{more}in the end: {film.ending}", "muted")
    entries = [("s0", "bytes that a client must still get"), ("track", "nothing waits for it")]
    bottom = drawing.legend(MARGIN, y + 34, entries)
    return Picture(drawing.render(bottom + MARGIN - 12, alt), alt, str(film))


def _draw_frame(
    drawing: Drawing,
    x: float,
    y: float,
    height: float,
    number: int,
    turn: Turn,
    ran: int,
    fullest: int,
) -> None:
    drawing.rect(x, y, FRAME, height, "bg", 4)
    drawing.rect(x, y, FRAME, 22, "track", 4)
    drawing.text(x + 8, y + 15.5, f"turn {number}", "ink head")
    low = y + 22 + LINE
    for label, names in (("can read", turn.readable), ("can write", turn.writable)):
        drawing.text(x + 8, low, label, "muted small")
        words = ", ".join("a newcomer" if name == LISTENER else name for name in names)
        drawing.text(x + 62, low, shorten(words or "–", FRAME - 68), "ink" if names else "muted")
        low += LINE
    drawing.text(x + 8, low, "runs", "muted small")
    for row in range(ran):
        call = turn.ran[row] if row < len(turn.ran) else "–" if row == 0 else ""
        drawing.text(x + 62, low, shorten(call, FRAME - 68), "ink" if turn.ran else "muted")
        low += LINE
    low += 6
    for name, data in turn.buffers.items():
        drawing.text(x + 8, low, shorten(name, NAME, 11), "muted small")
        room = FRAME - 16 - NAME
        drawing.rect(x + 8 + NAME, low - 12, room, 15, "track", 2)
        if data:
            drawing.rect(x + 8 + NAME, low - 12, room * len(data) / fullest, 15, "s0", 2)
            shown = data.decode("ascii", "replace") if len(data) <= 30 else f"{len(data):,} bytes"
            drawing.text(x + 14 + NAME, low - 0.5, shorten(shown, room - 10, 11), "ink small")
        low += LINE
    if not turn.buffers:
        drawing.text(x + 8, low, "no client", "muted small")
