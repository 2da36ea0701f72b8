from __future__ import annotations

import doctest
import re
import xml.etree.ElementTree as ET

import pytest

import labsupport.pictures.bars
from labsupport.pictures.bars import ratio_bars

SVG = "{http://www.w3.org/2000/svg}"


def lengths(svg: str) -> list[float]:
    bars = [e for e in ET.fromstring(svg).iter(f"{SVG}rect") if e.get("class") in ("s0", "s1")]
    return [float(bar.get("width", "")) for bar in bars]


def words_of(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_lengths_are_in_proportion_and_the_smallest_counts_as_one():
    picture = ratio_bars({"thread": 0.1, "process": 2.0, "half": 1.0}, alt="three bars")
    thread, process, half = lengths(picture.svg)
    assert process / half == pytest.approx(2, rel=0.01)
    assert process / thread == pytest.approx(20, rel=0.01)
    shown = words_of(picture.svg)
    assert [words for words in shown if "×" in words] == ["1 ×", "20 × as costly", "10 × as costly"]


def test_the_text_form_holds_no_measured_number():
    first = ratio_bars({"select": 3.1, "epoll": 0.4}, alt="two", title="Idle", claim="epoll wins")
    again = ratio_bars({"select": 2.7, "epoll": 0.5}, alt="two", title="Idle", claim="epoll wins")
    assert first.text == again.text == "Idle: select, epoll\n  epoll wins"
    assert not re.search(r"\d", first.text)


def test_a_baseline_may_be_chosen_and_nothing_leaves_the_card():
    names = {"x" * 90: 5.0, "<select>": 10.0, "tiny": 1e-9}
    svg = ratio_bars(names, baseline="<select>", what="as long", alt="odd").svg
    assert "0.5 × as long" in words_of(svg)
    for bar in ET.fromstring(svg).iter(f"{SVG}rect"):
        assert float(bar.get("x", "0")) + float(bar.get("width", "")) <= 800


@pytest.mark.parametrize(
    ("costs", "baseline", "sentence"),
    [
        ({}, None, "at least one cost"),
        ({"a": 0.0}, None, "the cost of 'a' is 0.0"),
        ({"a": float("nan")}, None, "numbers above zero"),
        ({"a": 1.0}, "b", "'b' is not among: a"),
    ],
)
def test_bad_costs_are_refused_in_words(costs, baseline, sentence):
    with pytest.raises(ValueError, match=sentence):
        ratio_bars(costs, baseline=baseline, alt="x")


def test_the_examples_in_the_docstrings():
    result = doctest.testmod(labsupport.pictures.bars)
    assert result.attempted
    assert not result.failed
