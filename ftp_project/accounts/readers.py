"""Read the values of a user's options: amounts of bytes as people write them, times, numbers.

Each raises ValueError that says how to write it.
"""

from __future__ import annotations

import re
from typing import Final

#: seconds: more than any time here can mean, and less than a clock or a product overflows at
LONGEST: Final = 365 * 24 * 3600
_UNITS: Final[dict[str, int]] = {
    "": 1,
    "B": 1,
    **{prefix: 1000**power for power, prefix in enumerate("KMGT", 1)},
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("KMGT", 1)},
    **{f"{prefix}IB": 1024**power for power, prefix in enumerate("KMGT", 1)},
}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)", re.ASCII | re.IGNORECASE)


def parse_size(value: object) -> int:
    """Return bytes for ``1500``, ``"500 MB"`` (10⁶) or ``"2 GiB"`` (2³⁰).

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


def size(value: object) -> int:
    """Return an amount of bytes, 0 included. Raises ValueError."""
    return parse_size(value)


def rate(value: object) -> int:
    """Return bytes a second for ``"500 KB"`` or ``65536``. Raises ValueError.

    >>> rate("1.5 MB")
    1500000
    """
    found = parse_size(value)
    if not found:
        raise ValueError("must be more than 0; leave it out for no limit")
    return found


def positive(value: object) -> int:
    """Return a whole number from 1. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("must be a whole number from 1")
    return value


def seconds(value: object) -> float:
    """Return a time from a tenth of a second to a year. Raises ValueError.

    >>> seconds(20)
    20.0
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number of seconds")
    if not 0.1 <= value <= LONGEST:  # not true of NaN either
        raise ValueError(f"must be from 0.1 to {LONGEST} seconds")
    return float(value)
