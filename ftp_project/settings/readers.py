"""From text to values: amounts, rates, ranges. Each raises ValueError that says how to write it."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from typing import Any

#: more processes than any machine here has use for
MOST_WORKERS = 256


def octal(value: Any) -> int:
    """Return the bits that octal digits stand for, as umask(1) takes them.

    >>> oct(octal("027"))
    '0o27'
    """
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or set(text) & set("89"):
        raise ValueError('must be octal digits in quotes, for example "022"')
    return int(text, 8)


def ports(value: Any) -> tuple[int, int]:
    """Return the first and the last port of a range.

    >>> ports("50000-50100"), ports(50000)
    ((50000, 50100), (50000, 50000))
    """
    match = re.fullmatch(r"\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?", str(value), re.ASCII)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 0 < first <= last < 65536:
        raise ValueError("must be two ports, the lower one first, for example 50000-50100")
    return first, last


def processes(value: Any) -> int:
    """Return a number of processes; ``auto`` means the cores that this one may use.

    >>> processes("4")
    4
    """
    text = str(value).strip()
    if text == "auto":
        if hasattr(os, "sched_getaffinity"):  # Linux: taskset, containers
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST_WORKERS):
        raise ValueError(f"must be a number from 1 to {MOST_WORKERS}, or auto")
    return int(text)


def ipv4(value: Any) -> str:
    """Return an IPv4 address; an empty text stays one.

    >>> ipv4("192.0.2.1")
    '192.0.2.1'
    """
    try:
        return str(ipaddress.IPv4Address(value)) if value else ""
    except ValueError:
        raise ValueError("must be an IPv4 address in numbers, for example 192.0.2.1") from None


def several(value: Any) -> Any:
    """Return the list that a variable means: one value, or a JSON list of them.

    >>> several("anna:s3cret"), several('["a:1", "b:2"]')
    (['anna:s3cret'], ['a:1', 'b:2'])
    """
    if not isinstance(value, str):
        return value
    if not value.startswith("["):
        return [value]
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('must be one value, or a JSON list: ["…", "…"]') from None
