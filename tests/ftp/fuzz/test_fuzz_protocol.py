"""The fuzzer's corpus and random bytes keep every promise of ``protocol/``."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz_targets import TARGETS, one
from hypothesis import given, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).with_name("corpus")


def test_the_corpus_reaches_every_target() -> None:
    """A corpus that got lost would leave the next test with nothing to say."""
    kept = [path.read_bytes() for path in CORPUS.iterdir()]
    assert {data[0] % len(TARGETS) for data in kept if data} == set(range(len(TARGETS)))


def test_the_corpus_holds() -> None:
    for path in sorted(CORPUS.iterdir()):
        try:
            one(path.read_bytes())
        except Exception as error:
            error.add_note(f"input: {path.name}")
            raise


@pytest.mark.parametrize("target", TARGETS)
def test_any_bytes(target) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=120))
    def hold(data: bytes) -> None:
        target(data)

    hold()
