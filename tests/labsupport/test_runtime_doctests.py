"""The examples in the documentation of what runs cells, programs and servers."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = [
    "network.address",
    "network.hostile",
    "network.load",
    "network.servers",
    "programs.cells",
    "programs.extension",
    "programs.run",
    "programs.supervised_process",
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"labsupport.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
