"""The guides lead somewhere: every relative link and picture of a page names a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("*.md", "docs/**/*.md", "*/README.md", "notebooks/capstone/**/*.md")
PAGES = sorted({page for folder in FOLDERS for page in ROOT.glob(folder)})
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def targets(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [target for target in LINK.findall(text) if "://" not in target and target[0] != "#"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    lost = [
        target for target in targets(page) if not (page.parent / target.partition("#")[0]).exists()
    ]
    assert lost == []


def test_the_readme_shows_the_course() -> None:
    shown = {target for target in targets(ROOT / "README.md") if target.endswith(".svg")}
    assert shown == {f"docs/pictures/{path.name}" for path in ROOT.glob("docs/pictures/*.svg")}
