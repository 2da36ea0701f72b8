"""Draw which ways the two connections of an FTP upload took behind a balancer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from labsupport.pictures.canvas import Drawing, shorten, wrap
from labsupport.pictures.picture import Picture

WIDTH = 800
MARGIN = 20
ROW = 112
WORDS = 190  # pixels for the words at the left of a row
CLIENT, BALANCER, SERVERS = (236, 84), (444, 110), (680, 100)  # left edge and width of the boxes

Way = Literal["server", "nobody", "balancer"]
_WAYS: dict[Way, str] = {
    "server": "straight to server {}, past the balancer",
    "nobody": "to the balancer's address, where nobody listens",
    "balancer": "through the balancer to server {}",
}


@dataclass(frozen=True)
class Upload:
    """What was seen of one upload: its setting, and where its two connections ended.

    ``server`` is "A" or "B", to which the balancer gave the control connection; ``data`` says
    who took the data connection. Raises ValueError for any other word.
    """

    setting: str
    server: Literal["A", "B"]
    data: Way

    def __post_init__(self) -> None:
        if self.server not in ("A", "B"):
            raise ValueError(f"the server is 'A' or 'B', not {self.server!r}")
        if self.data not in get_args(Way):
            raise ValueError(f"data is one of {', '.join(get_args(Way))}, not {self.data!r}")

    @property
    def way(self) -> str:
        """Where the data went, in words."""
        return _WAYS[self.data].format(self.server)


def show_uploads(
    uploads: Sequence[Upload], *, alt: str, title: str = "", claim: str = ""
) -> Picture:
    """Return a picture with a row for each upload: client, balancer, two servers, arrows.

    The text form says the same in a line for each. Raises ValueError without uploads.

    >>> show_uploads([Upload("one address", "A", "server")], alt="a row", title="Two ways")
    Two ways
      one address: data straight to server A, past the balancer
    """
    if not uploads:
        raise ValueError("show_uploads needs at least one upload")
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
    y += 10
    for number, upload in enumerate(uploads):
        if number:
            drawing.line(MARGIN, y, WIDTH - MARGIN, y, "grid")
        _draw(drawing, upload, y + 8)
        y += ROW
    lines = [title or alt, *(f"  {each.setting}: data {each.way}" for each in uploads)]
    return Picture(drawing.render(y + 6, alt), alt=alt, text="\n".join(lines))


#: of each server: where the control and the data connection arrive, and the data's at the balancer
_ENDS = {"A": (24, 12, 36), "B": (72, 84, 60)}


def _draw(drawing: Drawing, upload: Upload, top: float) -> None:
    _write(drawing, upload, top)
    client, balancer = CLIENT[0] + CLIENT[1], BALANCER[0] + BALANCER[1]
    # Seen from the middle, the data arrive at the server's far side: so the ways never cross.
    inner, outer, door = (top + down for down in _ENDS[upload.server])
    _arrow(drawing, [(client, top + 48), (BALANCER[0], top + 48)], 0)
    drawing.text(client + 10, top + (61 if upload.server == "A" else 43), "control", "muted small")
    _arrow(drawing, [(balancer, top + 48), (SERVERS[0], inner)], 0)
    if upload.data == "server":
        _arrow(drawing, [(client, outer), (SERVERS[0], outer)], 1)
        drawing.text(client + 10, outer - 5, "data", "muted small")
    else:
        _arrow(drawing, [(client, door), (BALANCER[0], door)], 1)
        drawing.text(client + 10, door + (-5 if door < top + 48 else 13), "data", "muted small")
        if upload.data == "balancer":
            _arrow(drawing, [(balancer, door), (SERVERS[0], outer)], 1)
        else:
            _cross(drawing, BALANCER[0] - 26, door)
    _box(drawing, CLIENT, top, 96, "client", "s2")
    _box(drawing, BALANCER, top + 28, 40, "balancer", "s3")
    for name, down in (("A", 0), ("B", 64)):
        css = "s2" if name == upload.server else "dashed"
        _box(drawing, SERVERS, top + down, 32, f"server {name}", css)


def _write(drawing: Drawing, upload: Upload, top: float) -> None:
    y = top + 14
    for line in wrap(upload.setting, WORDS, 13, bold=True)[:3]:
        drawing.text(MARGIN, y, line, "ink head")
        y += 18
    for line in wrap(f"data: {upload.way}", WORDS)[:3]:
        drawing.text(MARGIN, y, line, "muted")
        y += 15


def _box(
    drawing: Drawing, place: tuple[int, int], top: float, height: float, name: str, css: str
) -> None:
    left, width = place
    drawing.rect(left, top, width, height, css, 4)
    drawing.text(left + width / 2, top + height / 2 + 4, shorten(name, width - 8), "ink mid")


def _arrow(drawing: Drawing, points: list[tuple[float, float]], series: int) -> None:
    """Draw an arrow; the data's is double, so that it is told without colours."""
    (x1, y1), (x2, y2) = points
    for shift in (-1.5, 1.5) if series else (0.0,):
        drawing.line(x1, y1 + shift, x2 - 6, y2 + shift, f"link l{series}")
    slope = (y2 - y1) / (x2 - x1)
    back = y2 - 9 * slope
    drawing.path([(x2 - 1, y2), (x2 - 10, back - 5), (x2 - 10, back + 5)], f"c{series}")


def _cross(drawing: Drawing, x: float, y: float) -> None:
    for rise in (-6, 6):
        drawing.line(x - 6, y - rise, x + 6, y + rise, "link l4")
