from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from labsupport.exercises.glossary import SOURCES, UnknownTermError, glossary, read_terms
from tools.authoring.blocks import items, pieces, section
from tools.authoring.source import load

module = import_module("labsupport.exercises.glossary")

FIRST = """# Start here
## Terms

- **lane**: a row of a timeline, see
  [the docs](https://docs.python.org/3/): with a colon
- **daemon** (process): ends with its program

+++

## Further reading

- **not a term**: no
"""
SECOND = """# Pool
## Terms
- **promise** (`AsyncResult`, *future*): holds a result
- **Lane**: again
"""


@pytest.fixture
def two_lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "00_start.md").write_text(FIRST, encoding="utf-8")
    (tmp_path / "05_pool.md").write_text(SECOND, encoding="utf-8")
    (tmp_path / "notes.md").write_text("## Terms\nno list", encoding="utf-8")
    monkeypatch.setattr(module, "SOURCES", tmp_path)


@pytest.mark.usefixtures("two_lessons")
def test_a_term_is_found_by_any_of_its_names_in_capitals_or_not() -> None:
    for name in ("promise", "asyncresult", " Future "):
        [entry] = glossary(name).entries
        assert entry.meaning == "holds a result"


@pytest.mark.usefixtures("two_lessons")
def test_an_entry_links_to_the_lesson_that_defines_it() -> None:
    shown = glossary("lane")
    assert shown._repr_markdown_().splitlines() == [
        "- **lane**: a row of a timeline, see [the docs](https://docs.python.org/3/): with a colon "
        "([00 Start here](00_start.ipynb#Terms))",
        "- **Lane**: again ([05 Pool](05_pool.ipynb#Terms))",
    ]
    assert repr(shown).splitlines()[1] == "Lane: again (lesson 05)"


@pytest.mark.usefixtures("two_lessons")
def test_all_terms_are_listed_by_the_alphabet_and_a_remark_in_brackets_is_no_name() -> None:
    assert [entry.names[0] for entry in glossary().entries] == ["daemon", "lane", "Lane", "promise"]
    with pytest.raises(UnknownTermError, match="no lesson defines 'process': glossary"):
        glossary("process")


@pytest.mark.usefixtures("two_lessons")
def test_an_unknown_term_gets_the_names_that_look_like_it() -> None:
    with pytest.raises(UnknownTermError, match="no lesson defines 'lanes': do you mean 'Lane'"):
        glossary("lanes")


def test_a_wrong_item_and_missing_lessons_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="05_pool: write a term as"):
        read_terms("## Terms\n- lane, a row", "05_pool")
    monkeypatch.setattr(module, "SOURCES", tmp_path)
    with pytest.raises(FileNotFoundError, match="holds no lessons"):
        glossary("lane")


@pytest.mark.parametrize(
    "path", sorted(SOURCES.glob("[0-9][0-9]_*.md")), ids=lambda path: path.stem
)
def test_every_item_of_a_lesson_s_terms_is_found(path: Path) -> None:
    listed = items(section(pieces(load(path)), "Terms"))
    found = read_terms(path.read_text(encoding="utf-8"), path.stem)
    assert len(found) == len(listed) > 0
    assert all(entry.names for entry in found)
