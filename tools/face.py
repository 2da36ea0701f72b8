"""Tell type checkers what ``labsupport`` offers: ``python -m tools.face`` writes its stub.

At run time the package looks a name up in its table ``HOME`` when it is used. A type checker runs
nothing, so it reads ``labsupport/__init__.pyi``, which this writes from the same table.
"""

from __future__ import annotations

from pathlib import Path

import labsupport
from labsupport import HOME

STUB = Path(labsupport.__file__).with_suffix(".pyi")


def stub() -> str:
    """Return the text of the stub, its imports in ruff's order."""
    lines = [f"from labsupport.{HOME[name]} import {name} as {name}" for name in HOME]
    return "\n".join(sorted(lines)) + "\n\nHOME: dict[str, str]\n"


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
