"""The house style's rules: a good lesson passes, and each broken rule is named at its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lesson_text import GOOD, Write, code

from tools.authoring.source import AuthoringError, Course, load, parse
from tools.authoring.style import style_problems
from tools.authoring.word_lists import BELITTLING

# What is replaced (the first time it occurs), by what, and what the style says then.
BROKEN = {
    "title": ("# Pool your", "# Pools of your", "'pools' is not known as one"),
    "second title": ("## Quiz", "# Quiz", "a lesson has one title"),
    "no promise": ("*In 40 minutes you will", "*You will", "says *In N minutes you will"),
    "other time": ("*In 40 minutes", "*In 30 minutes", "promises 30 minutes, the table 40"),
    "no table": ("| Time |", "| Hours |", "has the table | Time | Needs | Lessons |"),
    "no index": ("[index](00_start_here.ipynb) |", "– |", "links [index](00_start_here.ipynb)"),
    "no extension": ("%load_ext labsupport", "import os", "starts with %load_ext labsupport"),
    "two promises": ("- stop a pool\n", "", "lists 3 to 5 abilities, not 2"),
    "vague promise": ("- stop a pool", "- understand pools", "not with 'understand'"),
    "gerund": ("- stop a pool", "- stopping pools", "not with 'stopping'"),
    "two findings": ("- A pool stops.\n", "", "has 2 items for 3 promises"),
    "missing section": ("## Terms", "## Words", "the section ## Terms is missing"),
    "order": ("## Keep the workers", "## Terms", "stands too early"),
    "few predictions": ("**Predict.** And", "And", "at least 3 predictions (**Predict.**), not 2"),
    "no change": ("**Change one thing.**", "Change.", "has a **Change one thing.**"),
    "one exercise": ("### Exercise 2: Add", "Another one", "at least 2 exercises"),
    "numbers": ("Exercise 2: Add", "Exercise 3: Add", "the heading is ### Exercise 2: …"),
    "no check": ("check.add(add)", "add()", "a cell that calls check.NAME(…)"),
    "no stub": ("%%module adding\n", "", "its stub in a %%module cell"),
    "no hint": ('# hint("add")\n', "", 'offers # hint("add")'),
    "no solution": ('# solution("add")', "", 'offers # solution("add")'),
    "quiz of another": ('quiz("05"', 'quiz("04"', 'a cell that calls quiz("05", …)'),
    "no terms": ("- **pool**: some workers", "Some words.", "## Terms is a list or a table"),
    "one link": ("[fork(2)](https:", "fork(2) (https:", "has at least 2 links, not 1"),
    "box": ("> **Myth:**", "> **Note:**", "a block quotation is a box"),
    "untried myth": ("## Quiz", "> **Myth:** X.\n\n## Quiz", "the myth has no **Predict.**"),
    "long code": ("print(task(2))", "x = 1\n" * 26, "has 26 lines of code, over 25"),
    "long text": ("Count them.", "one " * 91, "words; 90 are the limit"),
    "words": ("Count them.", "Simply count.", "leave out 'Simply'"),
    "link": ("00_start_here.ipynb#top", "01_gone.ipynb", "target 01_gone.ipynb does not exist"),
    "host": ("task(4)", 'connect("localhost")', "write 127.0.0.1 instead of localhost"),
    "shell": ("task(4)", "!python x.py", "only %load_ext labsupport is used"),
    "line magic": ("task(4)", "%time task(4)", "only %load_ext labsupport is used"),
    "cell magic": ("%%module adding", "%%writefile a.py", "the magic %%writefile is not used"),
    "nbval": ("task(4)", "# NBVAL_SKIP", "remove the mark for nbval"),
    "tag": (
        "```{code-cell} ipython3\ntask(4)",
        "```{code-cell} ipython3\n:tags: [nbval-skip]\n\ntask(4)",
        "there is no tag 'nbval-skip' for code cells",
    ),
}


@pytest.fixture
def problems(course: Course, write: Write) -> object:
    write("00_start_here", "# Start here\n")

    def find(text: str) -> list[str]:
        return style_problems(course, load(write("05_pool_workers", text)))

    return find


def test_a_good_lesson_passes(problems) -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named_at_a_line(problems, name: str) -> None:
    old, new, words = BROKEN[name]
    assert old in GOOD
    found = [text for text in problems(GOOD.replace(old, new, 1)) if words in text]
    assert found
    assert re.match(r"05_pool_workers\.md:\d+: ", found[0])


def test_the_line_is_the_cells_line(problems) -> None:
    text = GOOD.replace("task(4)", 'connect("localhost")')
    line = text[: text.index("localhost")].count("\n") + 1
    assert problems(text) == [
        f"05_pool_workers.md:{line}: write 127.0.0.1 instead of localhost",
    ]


def test_many_long_cells_and_a_long_median_are_too_much(problems) -> None:
    found = "\n".join(problems(GOOD + (code(*["x = 1"] * 13) + "\ntext\n\n") * 12))
    assert "12 cells have over 12 lines" in found
    assert "the median code cell has 13" in found


def test_the_kinds_of_cells_are_balanced(problems) -> None:
    assert "one kind is more than twice the other" in "\n".join(problems(GOOD + code("1") * 20))


def test_the_neighbours_are_linked(course: Course, write: Write, problems) -> None:
    write("06_pause", "# Pause\n")
    assert problems(GOOD) == ["05_pool_workers.md:1: the table links [next](06_pause.ipynb)"]
    linked = "[index](00_start_here.ipynb) · [next](06_pause.ipynb) |"
    assert problems(GOOD.replace("[index](00_start_here.ipynb) |", linked)) == []


def test_quotations_code_and_tables_do_not_count_as_words(problems) -> None:
    table = "| a | b |\n|---|---|\n" + "| one two | three |\n" * 50
    fence = "```text\n" + "simply one two\n" * 50 + "```\n"
    assert problems(GOOD.replace("Count them.", f"Count them.\n\n{table}\n{fence}")) == []


def test_lesson_00_is_free_in_its_sections(course: Course, write: Write) -> None:
    first, _, _ = GOOD.partition("## Keep")
    first = first.replace("[index](00_start_here.ipynb)", "–").replace("# Pool your", "# Start")
    assert style_problems(course, load(write("00_start_here", first))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# A\n\n```{code-cell} ipython3\n1\n", "a.md:3: the fence ``` is never closed"),
        (code("1") + "\n" + code(""), "the cell is empty"),
        ("# A\n\n" + code("1").replace("\n1", "\n:name: x\n\n1"), "a cell has only tags, not name"),
    ],
)
def test_a_source_with_a_slip_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(AuthoringError) as caught:
        parse(text, Path("a.md"))
    assert words in str(caught.value)


def test_the_guide_names_every_forbidden_word() -> None:
    guide = (Path(__file__).resolve().parents[3] / "docs/house-style.md").read_text("utf-8")
    assert [word for word in BELITTLING if word not in guide and word != "trivial"] == []
