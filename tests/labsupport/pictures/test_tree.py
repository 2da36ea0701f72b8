from __future__ import annotations

import doctest
import multiprocessing
import os
import xml.etree.ElementTree as ET

import pytest

import labsupport.pictures.tree
from labsupport.pictures.tree import MOST_CHILDREN, process_tree

SVG = "{http://www.w3.org/2000/svg}"


def report(queue) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    queue.put((os.getpid(), parent.pid, multiprocessing.current_process().name))


def words_of(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_the_tree_that_children_report_is_the_same_under_every_start_method(method):
    context = multiprocessing.get_context(method)
    queue = context.SimpleQueue()
    children = [context.Process(target=report, args=(queue,), name=f"child {n}") for n in (1, 2)]
    for child in children:
        child.start()
    rows = sorted((queue.get() for _ in children), key=lambda row: row[2])
    for child in children:
        child.join(30)
    picture = process_tree([(os.getpid(), None, "main"), *rows], alt="a family", title="Two")
    assert picture.text == "Two\n  main\n  ├─ child 1\n  └─ child 2"
    assert str(rows[0][0]) in words_of(picture.svg), "the picture shows the numbers"


def test_generations_are_indented_and_order_of_rows_does_not_matter():
    rows = [(4, 3, "below <b>"), (3, 1, "second"), (1, 0, "main"), (2, 1, "third")]
    assert process_tree(rows, alt="four").text.splitlines()[1:] == [
        "  main",
        "  ├─ second",
        "  │  └─ below <b>",
        "  └─ third",
    ]


def test_a_parent_that_reported_nothing_is_drawn_when_it_has_several_children():
    rows = [(1, 0, "main"), (5, 4, "a"), (6, 4, "b")]
    picture = process_tree(rows, alt="two trees", unreported="fork server")
    assert picture.text.splitlines()[1:] == ["  main", "  fork server", "  ├─ a", "  └─ b"]
    claimed = process_tree(rows, alt="two trees", claim="the parent is not main")
    assert claimed.text == "two trees\n  the parent is not main"


def test_very_many_children_are_counted():
    rows = [(1, None, "main"), *((n, 1, f"w{n}") for n in range(2, 502))]
    picture = process_tree(rows, alt="many")
    assert picture.text.splitlines()[-1] == f"  └─ and {500 - MOST_CHILDREN} more"
    assert float(ET.fromstring(picture.svg).get("height", "")) < 800


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "at least one row"),
        ([(1, 0, "a"), (1, 0, "b")], "'a' and 'b' both report the pid 1"),
        ([(1, 2, "a"), (2, 1, "b"), (3, None, "c")], "'a' is its own ancestor"),
        ([(n, n - 1, f"p{n}") for n in range(1, 3000)], "generations are too many"),
    ],
)
def test_what_is_no_tree_is_refused_in_words(rows, sentence):
    with pytest.raises(ValueError, match=sentence):
        process_tree(rows, alt="x")


def test_the_examples_in_the_docstrings():
    result = doctest.testmod(labsupport.pictures.tree)
    assert result.attempted
    assert not result.failed
