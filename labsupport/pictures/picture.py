"""A picture that every notebook front end shows, that a screen reader can read, that tests compare.

Untrusted notebooks do not show bare SVG, so the picture goes out as an ``<img>`` with a data
address (RFC 2397); inside an image the style sheet of the SVG still follows the reader's theme.
"""

from __future__ import annotations

import base64
import contextlib
import os
from dataclasses import dataclass
from html import escape
from pathlib import Path


@dataclass(frozen=True, repr=False)
class Picture:
    """An SVG document with its description (``alt``) and its text form.

    ``alt`` and ``text`` are compared by strict tests: they hold claims, never seconds.
    Raises ValueError when ``svg`` is no SVG document or a description is missing.

    >>> Picture("<svg ...></svg>", alt="three bars", text="three bars, one after the other")
    three bars, one after the other
    """

    svg: str
    alt: str
    text: str

    def __post_init__(self) -> None:
        if not self.svg.startswith("<svg"):
            raise ValueError("a picture needs an SVG document that begins with <svg")
        if not self.alt.strip():
            raise ValueError("a picture needs alt=…: say in one sentence what there is to see")
        if not self.text.strip():
            raise ValueError("a picture needs text=…: what it shows, for readers without pictures")

    def _repr_html_(self) -> str:
        payload = base64.b64encode(self.svg.encode()).decode()
        alt = escape(" ".join(self.alt.split()))
        return f'<img alt="{alt}" src="data:image/svg+xml;base64,{payload}">'

    def __repr__(self) -> str:
        return self.text

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the SVG document to ``path``, whole or not at all, and return the path.

        Raises ValueError when the name does not end in .svg and OSError when the folder is
        missing or may not be written to.
        """
        target = Path(path)
        if target.suffix.lower() != ".svg":
            raise ValueError(f"the picture is an SVG document: name the file *.svg, not {target}")
        if not target.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {target.parent}: make it first")
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            part.write_text(self.svg, encoding="utf-8")
            part.replace(target)
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
        return target
