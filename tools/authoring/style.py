"""Test the rules of docs/house-style.md that a machine can test, cell by cell.

The rules about a lesson's shape are in `tools.authoring.structure_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median

from tools.authoring.blocks import Piece, pieces, words
from tools.authoring.source import Course, Source
from tools.authoring.structure_rules import shape_problems
from tools.authoring.word_lists import BELITTLING

LONGEST_CODE = 25  # lines without blank ones and the magic's line
LONG_CODE = 12
LONG_CELLS = 4  # how many cells of a notebook may be longer than LONG_CODE
MEDIAN_CODE = 6
LONGEST_TEXT = 90  # words

BOXES = ("Myth", "Under the hood", "In practice", "Platform")
TAGS = ("raises-exception", "wrong-on-purpose", "exercise")
_ALLOW = re.compile(r"allow-([A-Z]+\d+|invalid-syntax)")
_BOX = re.compile(rf"> \*\*({'|'.join(BOXES)})(?: \([^)]*\))?:\*\*")

Problem = tuple[int, str]


def style_problems(course: Course, source: Source) -> list[str]:
    """Return every broken rule of the house style as "file.md:line: sentence", by line."""
    parts = pieces(source)
    found: list[Problem] = []
    for rule in (_code_lengths, _code_rules, _tags, _text_lengths, _balance):
        found.extend(rule(source))
    for rule_of_pieces in (_boxes, _voice):
        found.extend(rule_of_pieces(parts))
    found.extend(_links(course, parts))
    found.extend(shape_problems(course, source, parts))
    return [f"{source.at(line)}: {words}" for line, words in sorted(found)]


def _code_lengths(source: Source) -> Iterator[Problem]:
    long = [cell for cell in source.code if cell.code_lines > LONG_CODE]
    for cell in source.code:
        if cell.code_lines > LONGEST_CODE:
            yield cell.line, f"the cell has {cell.code_lines} lines of code, over {LONGEST_CODE}"
    if len(long) > LONG_CELLS:
        places = ", ".join(str(cell.line) for cell in long)
        yield (
            long[LONG_CELLS].line,
            f"{len(long)} cells have over {LONG_CODE} lines (at {places}); {LONG_CELLS} may",
        )
    if source.code and (middle := median(cell.code_lines for cell in source.code)) > MEDIAN_CODE:
        yield 1, f"the median code cell has {middle:g} lines; {MEDIAN_CODE} is the limit"


def _code_rules(source: Source) -> Iterator[Problem]:
    for cell in source.code:
        wrong = "wrong-on-purpose" in cell.tags
        if cell.magic not in ("", "module", "lab"):
            yield cell.line, f"the magic %%{cell.magic} is not used here; %%module and %%lab are"
        for line, text in enumerate(cell.body.splitlines(), cell.body_line):
            if not cell.magic and re.match(r"\s*(!|%(?!load_ext labsupport\s*$))", text):
                yield line, "only %load_ext labsupport is used of the shell escapes and line magics"
            if "NBVAL_" in text:
                yield line, "every cell is run and compared; remove the mark for nbval"
            if not wrong and (host := re.search(r"\blocalhost\b|\b0\.0\.0\.0\b", text)):
                yield line, f"write 127.0.0.1 instead of {host[0]}"


def _tags(source: Source) -> Iterator[Problem]:
    for cell in source.cells:
        known = TAGS if cell.kind == "code" else ()
        for tag in cell.tags:
            if tag not in known and not (cell.kind == "code" and _ALLOW.fullmatch(tag)):
                names = ", ".join((*TAGS, "allow-RULE"))
                yield (
                    cell.line,
                    f"there is no tag {tag!r} for {cell.kind} cells (code cells: {names})",
                )


def _text_lengths(source: Source) -> Iterator[Problem]:
    for cell in source.cells:
        reference = cell.text.startswith(("## Terms", "## Further reading"))
        if cell.kind == "code" or reference:
            continue
        if (count := words(cell.text)) > LONGEST_TEXT:
            yield (
                cell.line,
                f"the cell has {count} words; {LONGEST_TEXT} are the limit (split with +++)",
            )


def _balance(source: Source) -> Iterator[Problem]:
    code = len(source.code)
    text = len(source.cells) - code
    if code > 2 * text or text > 2 * code:
        yield (
            1,
            f"{text} markdown cells and {code} code cells: one kind is more than twice the other",
        )


def _boxes(parts: list[Piece]) -> Iterator[Problem]:
    for index, part in enumerate(parts):
        if part.kind != "text" or not part.text.startswith(">"):
            continue
        box = _BOX.match(part.text)
        if not box:
            names = ", ".join(f"> **{name}:**" for name in BOXES)
            yield part.line, f"a block quotation is a box and starts with one of {names}"
        elif box[1] == "Myth" and not _is_tried(parts[index + 1 :]):
            yield (
                part.line,
                "the myth has no **Predict.** and then a code cell before the next ## heading",
            )


def _is_tried(after: list[Piece]) -> bool:
    predicted = False
    for part in after:
        if part.kind == "heading" and part.level <= 2:
            return False
        if part.kind == "code" and predicted:
            return True
        predicted = predicted or (part.kind == "text" and "**Predict" in part.text)
    return False


def _voice(parts: list[Piece]) -> Iterator[Problem]:
    pattern = re.compile(rf"\b({'|'.join(BELITTLING)})\b", re.IGNORECASE)
    for part in parts:
        if part.kind in ("text", "heading"):
            for step, text in enumerate(part.text.splitlines()):
                if word := pattern.search(text):
                    yield part.line + step, f"leave out {word[0]!r}"


def _links(course: Course, parts: list[Piece]) -> Iterator[Problem]:
    for part in parts:
        if part.kind not in ("text", "heading"):
            continue
        for step, text in enumerate(part.text.splitlines()):
            for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", text)):
                file = target.partition("#")[0]
                if not file or re.match(r"[a-z]+:", file):
                    continue
                source = course.src / file.replace(".ipynb", ".md")
                if not (course.notebooks / file).exists() and not source.exists():
                    yield part.line + step, f"the link's target {target} does not exist"
