"""What the judge found: per item, per stage, in all; as text and as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from labsupport.capstone.items import STAGES, Item

MOST_NAMES = 8
MOST_DETAILS = 12  # reasons that are told; with more, only those of the first such stage


@dataclass(frozen=True)
class Finding:
    """One judged item; `wanted`, `sent` and `came` are empty where it passed.

    `died` says that the server ended meanwhile.
    """

    item: Item
    passed: bool
    wanted: str = ""
    sent: str = ""
    came: str = ""
    died: bool = False

    def __str__(self) -> str:
        if self.passed:
            return f"✔ {self.item.name}: {self.item.asks}."
        return "\n".join(
            [
                f"✘ {self.item.name} (stage {self.item.stage}): {self.item.asks}.",
                f"    sent    {self.sent or '(see above)'}",
                f"    came    {self.came}",
                f"    wanted  {self.wanted}",
                f"    rule    {self.item.rule}",
                f"    lesson  {self.item.lesson}",
            ]
        )


@dataclass(frozen=True)
class Report:
    """All findings about one server; its text holds nothing that changes from run to run.

    Attributes:
        findings: in the order of the stages.
        problem: why the server could not be judged at all, "" otherwise.
    """

    findings: tuple[Finding, ...]
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether the server does all that was asked."""
        return not self.problem and all(finding.passed for finding in self.findings)

    @property
    def score(self) -> tuple[int, int]:
        """How many items it passed, of how many."""
        return sum(finding.passed for finding in self.findings), len(self.findings)

    @property
    def failed(self) -> list[str]:
        """The names of the items that it did not pass."""
        return [finding.item.name for finding in self.findings if not finding.passed]

    def stage(self, number: int) -> tuple[int, int]:
        """Return how many items of a stage it passed, of how many that were judged."""
        of_stage = [finding for finding in self.findings if finding.item.stage == number]
        return sum(finding.passed for finding in of_stage), len(of_stage)

    def details(self) -> str:
        """Return what went wrong, item by item; "" if nothing did."""
        if self.problem:
            return f"✘ The server was not judged: {self.problem}"
        bad = [finding for finding in self.findings if not finding.passed]
        groups: dict[tuple[str, ...], list[Finding]] = {}
        for finding in bad:
            kind = (finding.wanted, finding.sent, finding.came)
            groups.setdefault(kind, []).append(finding)
        if len(groups) > MOST_DETAILS:
            first = bad[0].item.stage
            groups = {k: group for k, group in groups.items() if group[0].item.stage == first}
        shown = [_told(group) for group in groups.values()]
        rest = len(bad) - sum(map(len, groups.values()))
        if rest:
            shown.append(f"{rest} items of later stages failed too; --stage N tells of them.")
        return "\n\n".join(shown)

    def table(self) -> str:
        """Return one line for each stage that was judged, and one for all."""
        lines = [row(number, *self.stage(number)) for number in STAGES if self.stage(number)[1]]
        passed, of = self.score
        return "\n".join([*lines, f"{'in all':34}{passed:3} of {of:2}"])

    def __str__(self) -> str:
        if self.problem:
            return self.details()  # a table of noughts would tell of items that nobody tried
        return "\n\n".join(filter(None, [self.details(), self.table()]))

    __repr__ = __str__

    def to_json(self) -> str:
        """Return the report as JSON, one object for each item."""
        items = [
            {
                "stage": finding.item.stage,
                "item": finding.item.name,
                "asks": finding.item.asks,
                "passed": finding.passed,
                "wanted": finding.wanted,
                "sent": finding.sent,
                "came": finding.came,
                "rule": finding.item.rule,
                "lesson": finding.item.lesson,
            }
            for finding in self.findings
        ]
        passed, of = self.score
        whole = {"passed": passed, "of": of, "problem": self.problem, "items": items}
        return json.dumps(whole, indent=1, ensure_ascii=False)


def _told(group: list[Finding]) -> str:
    """Return the first of several findings for one reason, and the names of the others."""
    first, *others = group
    names = ", ".join(finding.item.name for finding in others)
    if len(others) > MOST_NAMES:
        names = f"{len(others)} more items"
    return f"{first}\n✘ for the same reason: {names}" if others else str(first)


def row(stage: int, passed: int, of: int) -> str:
    """Return the line of one stage.

    >>> row(4, 9, 9)
    '4  RETR                             9 of  9  ✔'
    """
    mark = "✔" if passed == of else "✘"
    return f"{stage}  {STAGES[stage]:31}{passed:3} of {of:2}  {mark}"


def steady(text: str, port: int, home: str) -> str:
    """Return a text without what differs from run to run: ports, paths, process ids, times.

    >>> steady("227 (127,0,0,1,200,3); /tmp/x/home/a", 2121, "/tmp/x/home")
    '227 (127,0,0,1,p1,p2); {home}/a'
    """
    text = text.replace(home, "{home}").replace(home.removesuffix("home"), "{home}/../")
    text = re.sub(r"(\d+,\d+,\d+,\d+),\d+,\d+", r"\1,p1,p2", text)
    text = re.sub(r"\|\|\|\d+\|", "|||port|", text)
    text = re.sub(r"\b(pid|line)([ =])\d+\b", r"\1\2N", text)
    text = re.sub(r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d", "TIME", text)
    return re.sub(rf"\b{port}\b", "{port}", text)
