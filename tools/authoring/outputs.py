"""Compare, clean and keep the outputs of cells, in the way nbval compares them.

Times, process ids and ports differ from run to run. A rebuild keeps the old output wherever the
new one is equal after the rules of ``labsupport/sanitize.cfg``, so that a rebuild without a
change changes no byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import labsupport

RULES = Path(labsupport.__file__).with_name("sanitize.cfg")
_NOT_COMPARED = {"image/png", "image/jpeg"}


def sanitize_rules(path: Path = RULES) -> list[tuple[re.Pattern[str], str]]:
    """Read the pairs (pattern, replacement) of a sanitise file in nbval's format."""
    text = path.read_text(encoding="utf-8")
    pairs = re.findall(r"^regex: (.*)$\n^replace: (.*)$", text, flags=re.MULTILINE)
    return [(re.compile(regex), replacement) for regex, replacement in pairs]


def sanitize(text: str, rules: Iterable[tuple[re.Pattern[str], str]] | None = None) -> str:
    """Return `text` with everything replaced that the rules forgive.

    >>> sanitize("<Worker object at 0x7f31c2a0b5d0> pid 4711, port 80")
    '<Worker object at 0xADDRESS> pid PID, port 80'
    """
    for pattern, replacement in sanitize_rules() if rules is None else rules:
        text = pattern.sub(replacement, text)
    return text


def comparable(cell: Any) -> list[Any]:
    """Return what nbval would compare of a code cell's outputs, sanitised."""
    rules = sanitize_rules()

    def clean(value: Any) -> Any:
        return sanitize(value, rules) if isinstance(value, str) else value

    seen = []
    for output in cell.get("outputs", []):
        data = {k: clean(v) for k, v in output.get("data", {}).items() if k not in _NOT_COMPARED}
        texts = [clean(output.get(key)) for key in ("name", "text", "ename", "evalue")]
        pictures = sorted(_NOT_COMPARED & set(output.get("data", {})))
        seen.append((output.output_type, texts, data, pictures))
    return seen


def keep_equal_outputs(new: Any, old: Any) -> bool:
    """Give cell `new` the outputs of `old` if nbval sees no difference; return whether it did."""
    equal = comparable(new) == comparable(old)
    if equal:
        new.outputs = old.outputs
    return equal


def tidy_traceback(lines: list[str], root: Path) -> list[str]:
    """Return a stored traceback without the folders of this machine, which no reader has."""
    home = str(Path.home())
    roots = {str(root) + "/", str(root).replace(home, "~", 1) + "/"}
    tidy = []
    for line in lines:
        line = re.sub(r"[~/][^\s\"':\x1b]*/(site|dist)-packages/", r"\1-packages/", line)
        line = re.sub(r"[~/][^\s\"':\x1b]*/lib/python3\.\d+/", "lib/python3/", line)
        line = re.sub(r"[~/][^\s\"':\x1b]*ipykernel_\d+/\d+\.py", "ipykernel/CELL.py", line)
        for folder in roots:
            line = line.replace(folder, "")
        tidy.append(line)
    return tidy


def texts(cell: Any) -> list[str]:
    """Return every piece of text that the outputs of a cell show."""
    found = []
    for output in cell.get("outputs", []):
        found += [output.get("text", ""), output.get("evalue", "")]
        found += [value for value in output.get("data", {}).values() if isinstance(value, str)]
    return [text for text in found if text]
