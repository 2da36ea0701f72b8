"""Check that this machine can run the course, and say what to do where it cannot.

``python -m tools.machine`` prints every check with what it found. ``report()`` is the short,
stable form for a notebook: it names no version, number or address, so that the same text is
printed on every machine that is in order.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence

from tools.machine.checks import NEEDED, WORTH_KNOWING, Check, Finding

MARKS = {"good": "ok  ", "note": "note", "bad": "FAIL"}


def examine(checks: Iterable[Check] = NEEDED + WORTH_KNOWING) -> list[Finding]:
    """Run the checks one after another; a check that breaks is a finding, not a traceback."""
    findings = []
    for check in checks:
        try:
            findings.append(check())
        except Exception as error:
            name = check.__name__.removeprefix("check_").replace("_", " ")
            remedy = "Report this, with what stands here, to the authors of the course."
            findings.append(Finding(name, "bad", f"{type(error).__name__}: {error}", remedy))
    return findings


def report(checks: Iterable[Check] = NEEDED) -> str:
    """Return one line a check, the same text on every machine that is in order.

    What is merely worth knowing (IPv6, the number of cores, a free-threaded build) differs between
    good machines and stands in ``python3 course.py check``. This takes about a second.
    """
    return "\n".join(
        f"{finding.check}: NO, {finding.detail}. {finding.remedy}"
        if finding.state == "bad"
        else f"{finding.check}: yes"
        for finding in examine(checks)
    )


def full_report(findings: Sequence[Finding]) -> str:
    """Return everything that was found, with the remedies, and one sentence that sums it up."""
    width = max(len(finding.check) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.state]}  {finding.check:{width}}  {finding.detail}")
        if finding.remedy:
            lines.append(f"      {'':{width}}  → {finding.remedy}")
    failures = sum(finding.state == "bad" for finding in findings)
    if failures == 0:
        lines.append("This machine can run the course.")
    else:
        what = "one thing fails" if failures == 1 else f"{failures} things fail"
        lines.append(f"Mend what is marked FAIL and check again: {what}.")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Print the full report; return 0 if the course can run, 1 if not, 2 for a wrong call."""
    if list(arguments) in (["-h"], ["--help"]):
        print("usage: python -m tools.machine\n\nCheck that this machine can run the course.")
        return 0
    if arguments:
        print(f"The check takes no arguments, not {arguments[0]!r}.", file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # an ASCII locale has no arrow
    findings = examine()
    print(full_report(findings))
    return int(any(finding.state == "bad" for finding in findings))
