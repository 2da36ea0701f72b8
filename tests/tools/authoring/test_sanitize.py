"""Each rule of sanitize.cfg hides what it should, and nothing beside it."""

from __future__ import annotations

import doctest
import re
from types import ModuleType

import nbval.plugin
import pytest

from tools.authoring import blocks, outputs
from tools.authoring.outputs import RULES, sanitize, sanitize_rules

PICTURE = '<img alt="apply: at most 1 at once" src="data:image/svg+xml;base64,{}">'

HIDDEN = {
    "pictures": (PICTURE.format("PHN2Zz4vPg=="), PICTURE.format("QUJDRA")),
    "addresses": ("<Lock object at 0x7f3a5c0>", "<Lock object at 0x55d0aa12ff30>"),
    "process ids": ("pid 12", "pid 98765"),
    "process ids of reprs": ("<Process pid=12>", "<Process pid=4194303>"),
    "descriptors": ("<socket fd=5, family=2>", "<socket fd=71, family=2>"),
    "ports": ("on 127.0.0.1:40001", "on 127.0.0.1:5201"),
    "ports of addresses": ("('127.0.0.1', 40001)", "('127.0.0.1', 5201)"),
    "ports of IPv6": ("('::1', 40001, 0, 0)", "('::1', 51234, 0, 0)"),
    "ports of IPv6 addresses": ("[::1]:40001", "[::1]:5201"),
    "engines of the cluster": (
        "engine: Ray 2.60.0",
        "engine: a stand-in of this course, as Ray is not installed (pip install -e '.[cluster]')",
    ),
    "file names of cells": (
        "/tmp/ipykernel_17/42.py:1: SyntaxWarning",
        "/var/folders/x/T/ipykernel_9/7.py:1: SyntaxWarning",
    ),
}

COMPARED = {
    "the alt text": (PICTURE.format("QQ=="), PICTURE.format("QQ==").replace("1 at", "5 at")),
    "another type of picture": ("data:image/png;base64,AAAA", "data:image/png;base64,BBBB"),
    "numbers in base 16": ("flags 0x7f3a5c0", "flags 0x55d0aa12"),
    "the type beside an address": ("<Lock object at 0x7f3a5c0>", "<RLock object at 0x7f3a5c0>"),
    "other ids": ("id 12", "id 13"),
    "words that end in pid": ("stupid 12", "stupid 13"),
    "several numbers after pid": ("pid 12 13", "pid 12 14"),
    "counts of descriptors": ("fd: 5", "fd: 6"),
    "file descriptors by word": ("offd=5", "offd=6"),
    "another host's port": ("192.0.2.1:2121", "192.0.2.1:2122"),
    "counts after an address": ("127.0.0.1 served 40001", "127.0.0.1 served 40002"),
    "short numbers after an address": ("127.0.0.1:21", "127.0.0.1:22"),
    "other engines": ("engine: Ray 2.60.0", "engine: failed"),
    "times": ("0.5 s", "0.6 s"),
    "other temporary files": ("/tmp/abc/42.py", "/tmp/abd/42.py"),
    "the line of a cell's file": ("/tmp/ipykernel_1/4.py:1: x", "/tmp/ipykernel_1/4.py:2: x"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_rule_hides_the_difference(name: str) -> None:
    before, after = HIDDEN[name]
    assert before != after
    assert sanitize(before) == sanitize(after)


@pytest.mark.parametrize("name", COMPARED)
def test_no_rule_hides_more(name: str) -> None:
    before, after = COMPARED[name]
    assert sanitize(before) != sanitize(after)


def test_nbval_reads_the_same_rules() -> None:
    theirs = nbval.plugin.get_sanitize_patterns(RULES.read_text(encoding="utf-8"))
    assert theirs == [(rule.pattern, text) for rule, text in sanitize_rules()]
    assert len(theirs) == len(re.findall(r"^\[", RULES.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_rule_of_the_file_is_tested_here() -> None:
    names = re.findall(r"^\[(.*)\]$", RULES.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in names if name not in HIDDEN] == []


@pytest.mark.parametrize("module", [blocks, outputs], ids=lambda module: module.__name__)
def test_the_examples_in_docstrings_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
