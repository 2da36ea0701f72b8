"""What a client of the chat has heard is compared with what the others have said, line by line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from labsupport.exercises.probes13_chat import _LINES, _MANY, _verify
from labsupport.exercises.verdicts import Failed


def _heard(said: list[list[bytes]]) -> list[bytes]:
    """Return what the last of all clients should hear."""
    return [line for lines in said[:-1] for line in lines]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda heard: heard, ""),
        (lambda heard: heard[:-1], "missed 1 of the others' lines"),
        (lambda heard: [*heard, heard[-1]], "heard lines twice"),
        (lambda heard: [heard[0] + heard[1], *heard[2:]], "which nobody has said"),
        (lambda heard: [*heard, b"49 says 00"], "heard its own lines"),
        (lambda heard: [heard[1], heard[0], *heard[2:]], "a sender's lines in another order"),
    ],
)
def test_what_one_of_fifty_has_heard_is_told_exactly(change: Any, reason: str) -> None:
    said = [[b"%02d says %02d" % (who, line) for line in range(_LINES)] for who in range(_MANY)]
    text = b"".join(line + b"\n" for line in change(_heard(said)))
    client: Any = SimpleNamespace(ended="", heard=bytearray(text))
    if not reason:
        _verify(_MANY - 1, client, said)
        return
    with pytest.raises(Failed, match=reason):
        _verify(_MANY - 1, client, said)
