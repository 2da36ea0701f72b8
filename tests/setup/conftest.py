from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .support import Copy


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    made = Copy(tmp_path)
    with made.listener:
        yield made
