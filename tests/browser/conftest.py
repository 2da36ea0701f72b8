"""A real JupyterLab over a copy of the notebooks, and a real Chromium that opens it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from setup.lab_server import LabServer
from setup.support import ROOT

from .page import LabPage

ARTIFACTS = ROOT / "artifacts"
QUIET = [
    "--no-sandbox",  # root may not use the sandbox, and the only page is our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def course_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what a learner sees: JupyterLab saves what it runs, and the tree must not change."""
    copy = tmp_path_factory.mktemp("course")
    shutil.copytree(
        ROOT / "notebooks", copy / "notebooks", ignore=shutil.ignore_patterns("_work", "src", ".*")
    )
    return copy


@pytest.fixture(scope="session")
def lab(course_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    home = tmp_path_factory.mktemp("home")
    options = ["--port=0", "--expose-app-in-browser", f"--ServerApp.root_dir={course_copy}"]
    with LabServer(home, *options) as server:
        yield server


@pytest.fixture(scope="session")
def browser(program: Callable[[str], str]) -> Iterator[Browser]:
    found = program("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, headless=True, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, lab: LabServer, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    """Yield a page; how it looked at the end of the test is kept, a failure's cause included."""
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        lab_page = LabPage(context.new_page(), lab.base, lab.token)
        yield lab_page
        ARTIFACTS.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        lab_page.page.screenshot(path=ARTIFACTS / f"end-{name}.png")
        lab_page.shut_down()
