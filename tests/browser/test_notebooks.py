"""Every notebook in a real browser: Run All reaches the end, and every picture can be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from setup.support import ROOT

from .conftest import ARTIFACTS
from .page import LabPage

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS, "notebooks/ holds no notebook, so nothing here is tested"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_run_all_and_see_every_picture(page: LabPage, notebook: str) -> None:
    page.open(f"notebooks/{notebook}")
    page.theme(dark=False)
    page.run_all()

    cells = page.cells()
    code = [cell for cell in cells if cell.kind == "code" and cell.source.strip()]
    assert code
    assert [c.source for c in code if c.count is None] == [], "cells that did not run"
    surprises = {c.source: c.errors for c in code if c.errors and "raises-exception" not in c.tags}
    assert surprises == {}
    assert [c.source for c in code if "raises-exception" in c.tags and not c.errors] == []

    _look_at_pictures(page, Path(notebook).stem)
    assert page.strangers == [], "a lesson is offline"
    assert page.page.locator(".jp-Dialog, .Toastify__toast").count() == 0, "nothing pops up"


def _look_at_pictures(page: LabPage, stem: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    with_pictures = [cell for cell in page.cells() if cell.pictures]
    for dark in (False, True):
        page.theme(dark=dark)
        shade = "dark" if dark else "light"
        page.select(0)
        page.page.screenshot(path=ARTIFACTS / f"{stem}-{shade}.png")
        for cell in with_pictures:
            page.select(cell.number)
            pictures = page.pictures(cell.number)
            expect(pictures).to_have_count(cell.pictures)
            for index in range(cell.pictures):
                picture = pictures.nth(index)
                picture.scroll_into_view_if_needed()
                expect(picture).to_be_in_viewport()
                assert (picture.get_attribute("alt") or "").strip(), "a picture needs its words"
                assert page.colours(picture) > 2, "the picture is empty"
                name = f"{stem}-cell{cell.number}-{index + 1}-{shade}.png"
                picture.screenshot(path=ARTIFACTS / name)
