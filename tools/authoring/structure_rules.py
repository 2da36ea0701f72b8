"""Test the shape of a lesson: its first cell and its sections in order (docs/house-style.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.authoring.blocks import Piece, items, section
from tools.authoring.source import Course, Source
from tools.authoring.word_lists import TITLE_VERBS, VAGUE_VERBS

PROMISES, FINDINGS = "You will be able to", "What we found"
SECTIONS = (PROMISES, "Exercises", "Quiz", FINDINGS, "Terms", "Further reading")
FREE_FORM = "00"  # the lesson that explains the course has the first cell, but no lesson's sections
_LINK = re.compile(r"\[(previous|index|next)\b[^\]]*\]\(([^)\s]+)\)")

Problem = tuple[int, str]


def shape_problems(course: Course, source: Source, parts: list[Piece]) -> Iterator[Problem]:
    """Yield (line, sentence) for every rule about the lesson's shape that is broken."""
    yield from _first_cell(source, parts)
    yield from _neighbours(course, source, parts)
    yield from _first_code(source)
    yield from _order(source, parts)
    if source.number == FREE_FORM:
        return
    yield from _promises(parts)
    yield from _rhythm(parts)
    yield from _exercises(parts)
    yield from _quiz(source, parts)
    yield from _end(parts)


def _first_cell(source: Source, parts: list[Piece]) -> Iterator[Problem]:
    first = [part for part in parts if part.cell is source.cells[0]]
    if not first or first[0].level != 1:
        yield 1, "the first cell starts with the title, # Verb …"
        return
    verb = first[0].text.split()[0].strip("`*").casefold()
    if verb not in TITLE_VERBS:
        where = "add it to tools/authoring/word_lists.py if it is one"
        yield first[0].line, f"the title starts with a verb; {verb!r} is not known as one ({where})"
    for part in parts[1:]:
        if part.level == 1:
            yield part.line, "a lesson has one title; the other headings start with ##"
    texts = [part.text for part in first]
    promise = next(
        (m for text in texts if (m := re.match(r"\*In (\d+) minutes you will", text))), None
    )
    if not promise:
        yield first[0].line, "the first cell says *In N minutes you will …*"
    head = r"\| *Time *\| *Needs *\| *Lessons *\|\n\|[-:| ]+\|\n\| *(\d+) minutes *\|"
    table = next((m for text in texts if (m := re.match(head, text))), None)
    if not table:
        yield (
            first[0].line,
            "the first cell has the table | Time | Needs | Lessons | with N minutes",
        )
    elif promise and promise[1] != table[1]:
        yield first[0].line, f"the text promises {promise[1]} minutes, the table {table[1]}"


def _neighbours(course: Course, source: Source, parts: list[Piece]) -> Iterator[Problem]:
    links = {
        match[1]: match[2]
        for part in parts
        if part.cell is source.cells[0] and part.text.startswith("|")
        for match in _LINK.finditer(part.text)
    }
    order = [name for name in ("previous", "index", "next") if name in links]
    if list(links) != order:
        yield 1, "the links of the table stand in the order previous · index · next"
    names = {path.stem[:2]: path.stem for path in course.sources()}
    number = int(source.number)
    wanted = {"previous": names.get(f"{number - 1:02}"), "next": names.get(f"{number + 1:02}")}
    if source.number != FREE_FORM:
        wanted["index"] = names.get(FREE_FORM)
    for name, stem in wanted.items():
        if stem and links.get(name) != f"{stem}.ipynb":
            yield 1, f"the table links [{name}]({stem}.ipynb)"


def _first_code(source: Source) -> Iterator[Problem]:
    if not source.code:
        yield 1, "a lesson has code cells"
    elif source.code[0].text.splitlines()[0].strip() != "%load_ext labsupport":
        yield source.code[0].line, "the first code cell starts with %load_ext labsupport"


def _order(source: Source, parts: list[Piece]) -> Iterator[Problem]:
    lines = {part.text.casefold(): part.line for part in reversed(parts) if part.level == 2}
    last = 0
    for title in SECTIONS:
        line = lines.get(title.casefold())
        if line is None:
            if source.number != FREE_FORM:
                yield 1, f"the section ## {title} is missing"
        elif line < last:
            yield line, f"## {title} stands too early; the order is {' · '.join(SECTIONS)}"
        last = max(last, line or 0)


def _promises(parts: list[Piece]) -> Iterator[Problem]:
    promised, found = items(section(parts, PROMISES)), items(section(parts, FINDINGS))
    line = promised[0][0] if promised else 1
    if not 3 <= len(promised) <= 5:
        yield line, f"## {PROMISES} lists 3 to 5 abilities, not {len(promised)}"
    for line, text in promised:
        verb = re.sub(r"[^\w-]", "", text.split()[0]).casefold()
        if verb in VAGUE_VERBS or verb.endswith("ing") or verb in ("a", "an", "the", "to", "how"):
            yield line, f"an ability starts with a verb that can be checked, not with {verb!r}"
    if len(found) != len(promised):
        line = found[0][0] if found else 1
        yield line, f"## {FINDINGS} has {len(found)} items for {len(promised)} promises"


def _rhythm(parts: list[Piece]) -> Iterator[Problem]:
    text = "\n".join(part.text for part in parts if part.kind == "text")
    if (asked := text.count("**Predict")) < 3:
        yield 1, f"a lesson asks for at least 3 predictions (**Predict.**), not {asked}"
    if "**Change one thing" not in text:
        yield 1, "a lesson has a **Change one thing.**"


def _exercises(parts: list[Piece]) -> Iterator[Problem]:
    inside = section(parts, "Exercises")
    starts = [index for index, part in enumerate(inside) if part.level == 3]
    if len(starts) < 2:
        yield 1, f"a lesson has at least 2 exercises (### Exercise 1: …), not {len(starts)}"
    for number, start in enumerate(starts, 1):
        heading = inside[start]
        if not re.match(rf"Exercise {number}: \S", heading.text):
            yield heading.line, f"the heading is ### Exercise {number}: …"
        end = starts[number] if number < len(starts) else len(inside)
        code = "\n".join(part.text for part in inside[start:end] if part.kind == "code")
        name = re.search(r"^check\.(\w+)\(", code, re.MULTILINE)
        if not name:
            yield heading.line, "the exercise has a cell that calls check.NAME(…)"
            continue
        if "%%module " not in code:
            yield heading.line, "the exercise has its stub in a %%module cell"
        for offer in ("hint", "solution"):
            if f'# {offer}("{name[1]}")' not in code:
                yield heading.line, f'the check\'s cell offers # {offer}("{name[1]}")'


def _quiz(source: Source, parts: list[Piece]) -> Iterator[Problem]:
    inside = section(parts, "Quiz")
    call = f'quiz("{source.number}"'
    if inside and not any(part.kind == "code" and call in part.text for part in inside):
        yield inside[0].line, f"## Quiz has a cell that calls {call}, …)"


def _end(parts: list[Piece]) -> Iterator[Problem]:
    terms = section(parts, "Terms")
    if terms and not items(terms) and not any(part.text.startswith("|") for part in terms):
        yield terms[0].line, "## Terms is a list or a table"
    reading = section(parts, "Further reading")
    links = sum(part.text.count("](http") for part in reading)
    if reading and links < 2:
        yield reading[0].line, f"## Further reading has at least 2 links, not {links}"
