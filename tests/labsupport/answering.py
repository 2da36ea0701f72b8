"""Make an answer's text a function, as the `%%module` cell of an exercise would."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable
from pathlib import Path

_numbers = itertools.count(1)


def load(folder: Path, text: str, function: str) -> Callable[..., object]:
    """Save the text in a module of a new name, import it and return its function."""
    name = f"answer_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    found: Callable[..., object] = getattr(module, function)
    return found
