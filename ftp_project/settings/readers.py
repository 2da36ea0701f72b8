"""From text to values: amounts, rates, ranges. Each raises ValueError that says how to write it."""

from __future__ import annotations

import json
from typing import Any

from ftp_project.accounts.sizes import parse_size


def rate(value: Any) -> int:
    """Return bytes a second for ``"500 KB"`` or ``65536``.

    >>> rate("1.5 MB")
    1500000
    """
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value)
    found = parse_size(value)
    if not found:
        raise ValueError("must be more than 0; leave it out for no limit")
    return found


def octal(value: Any) -> int:
    """Return the bits that octal digits stand for, as umask(1) takes them.

    >>> oct(octal("027"))
    '0o27'
    """
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or set(text) & set("89"):
        raise ValueError('must be octal digits in quotes, for example "022"')
    return int(text, 8)


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
