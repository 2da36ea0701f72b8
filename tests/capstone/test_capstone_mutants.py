"""Each fault in a solution loses exactly the items that it breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants import MUTANTS, Mutant

from labsupport import check_server
from labsupport.capstone.stages import all_items

ITEMS = all_items()


def cases() -> list[object]:
    """Return the faults; the first of each stage stands for the others in a short run."""
    found, seen = [], set()
    for mutant in MUTANTS:
        stages = {ITEMS[name].stage for name in mutant.loses}
        marks = [pytest.mark.corpus] if stages <= seen else []
        seen |= stages
        found.append(pytest.param(mutant, id=mutant.name.replace(" ", "-"), marks=marks))
    return found


@pytest.mark.parametrize("mutant", cases())
def test_a_fault_loses_what_it_breaks(mutant: Mutant, tmp_path: Path) -> None:
    server = tmp_path / "server.py"
    server.write_text(mutant.text(), encoding="utf-8")
    if mutant.beside is None:
        report = check_server(server, {ITEMS[name].stage for name in mutant.loses})
    else:
        report = check_server(server, only=[*mutant.loses, *mutant.beside])
    assert set(report.failed) == mutant.loses, str(report)
