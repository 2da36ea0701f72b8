"""Read amounts of bytes as people write them."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final[dict[str, int]] = {
    "": 1,
    "B": 1,
    **{prefix: 1000**power for power, prefix in enumerate("KMGT", 1)},
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("KMGT", 1)},
    **{f"{prefix}IB": 1024**power for power, prefix in enumerate("KMGT", 1)},
}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)", re.ASCII | re.IGNORECASE)


def parse_size(value: object) -> int:
    """Return bytes for `1500`, `"500 MB"` (10⁶) or `"2 GiB"` (2³⁰).

    Raises ValueError that says how to write it.

    >>> parse_size("1.5 MB"), parse_size("2KiB"), parse_size(7)
    (1500000, 2048, 7)
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[2].upper() not in _UNITS:
        raise ValueError(f'{value!r} is no amount of bytes; write it as 1500, "500 MB" or "2 GiB"')
    return int(float(match[1]) * _UNITS[match[2].upper()])
