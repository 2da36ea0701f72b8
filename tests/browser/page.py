"""What the browser tests do with JupyterLab's page: open, run, read the model, look at pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request

OPEN_LIMIT = 60_000  # milliseconds, as everything here
RUN_LIMIT = 150_000

# The page's own objects are asked, because what is shown depends on the size of the window.
PANEL = "const panel = jupyterapp.shell.currentWidget;"
READY = (
    "() => { const p = window.jupyterapp?.shell?.currentWidget;"
    " return !!p?.context?.isReady && !!p?.content?.model"
    " && p?.sessionContext?.isReady && !!p?.sessionContext?.session?.kernel; }"
)
# The command's promise ends at the first expected error, while the cells behind it still run: the
# model says when each of them has ended. An unexpected error cancels the rest, so it ends the wait.
START_ALL = "() => { jupyterapp.commands.execute('notebook:run-all-cells'); }"
ALL_ENDED = f"""() => {{ {PANEL}
    const cells = [...panel.content.model.cells].filter(
        cell => cell.type === 'code' && cell.sharedModel.getSource().trim());
    const failed = cell => !(cell.getMetadata('tags') ?? []).includes('raises-exception')
        && cell.outputs.toJSON().some(output => output.output_type === 'error');
    const ended = cell => cell.executionCount !== null && cell.executionState === 'idle';
    return cells.every(ended) || cells.some(cell => ended(cell) && failed(cell)); }}"""
CLEAR_ALL = "() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
CELLS = (
    f"() => {{ {PANEL} return [...panel.content.model.cells].map(cell => ({{"
    " kind: cell.type, source: cell.sharedModel.getSource(),"
    " tags: cell.getMetadata('tags') ?? [],"
    " count: cell.executionCount ?? null,"
    " outputs: cell.type === 'code' ? cell.outputs.toJSON() : [] })); }"
)
# Draws the picture and counts its colours: one colour alone is an empty picture.
COLOURS = """async image => {
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const draw = canvas.getContext('2d');
    draw.drawImage(image, 0, 0);
    const data = draw.getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(data.buffer)).size;
}"""
SHUT_DOWN = f"async () => {{ {PANEL} await panel?.sessionContext?.shutdown?.(); }}"


@dataclass(frozen=True)
class Cell:
    """One cell of the notebook's model in the browser."""

    number: int
    kind: str
    source: str
    tags: list[str]
    count: int | None
    outputs: list[dict[str, Any]]

    @property
    def errors(self) -> list[str]:
        """Return the errors among the outputs, as name and value."""
        return [f"{o['ename']}: {o['evalue']}" for o in self.outputs if o["output_type"] == "error"]

    @property
    def text(self) -> str:
        """Return what the cell printed and its last value."""
        parts = []
        for output in self.outputs:
            value = output.get("text") or output.get("data", {}).get("text/plain", "")
            parts.append("".join(value))
        return "".join(parts)

    @property
    def pictures(self) -> int:
        """Return how many pictures stand in the outputs."""
        html = ("".join(o.get("data", {}).get("text/html", "")) for o in self.outputs)
        return sum(text.count("<img") for text in html)


class LabPage:
    """A page of JupyterLab with one notebook open."""

    def __init__(self, page: Page, base: str, token: str) -> None:
        self.page = page
        self.base = base
        self.token = token
        self.strangers: list[str] = []
        page.on("request", self._note_stranger)

    def _note_stranger(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and not request.url.startswith(self.base):
            self.strangers.append(request.url)

    def open(self, notebook: str) -> None:
        """Open a notebook by its path below the root and wait until its kernel is there."""
        address = f"{self.base}/lab/workspaces/test/tree/{notebook}?reset&token={self.token}"
        self.page.goto(address, timeout=OPEN_LIMIT)
        self.page.wait_for_function(READY, timeout=OPEN_LIMIT)

    def run_all(self) -> None:
        """Run all cells, from a notebook without outputs, until each has ended or one has failed.

        Raises:
            TimeoutError: of Playwright, when that takes longer than ``RUN_LIMIT``.
        """
        self.page.evaluate(CLEAR_ALL)
        self.page.evaluate(START_ALL)
        self.page.wait_for_function(ALL_ENDED, timeout=RUN_LIMIT)

    def cells(self) -> list[Cell]:
        """Return the cells of the model, numbered from 0."""
        facts = self.page.evaluate(CELLS)
        return [Cell(number, **fact) for number, fact in enumerate(facts)]

    def execute(self, command: str, **arguments: object) -> None:
        """Start one of JupyterLab's commands and do not wait for its end."""
        call = "([command, arguments]) => { jupyterapp.commands.execute(command, arguments); }"
        self.page.evaluate(call, [command, arguments])

    def select(self, number: int) -> None:
        """Make a cell the active one and bring it into view."""
        self.page.evaluate(
            f"async number => {{ {PANEL} panel.content.activeCellIndex = number;"
            " await panel.content.scrollToItem(number, 'center'); }",
            number,
        )

    def wait_for_cell(self, number: int, condition: str) -> None:
        """Wait until ``condition``, JavaScript over ``cell``, is true of a cell's model."""
        self.page.wait_for_function(
            f"number => {{ {PANEL} const cell = panel.content.model.cells.get(number);"
            f" return {condition}; }}",
            arg=number,
            timeout=OPEN_LIMIT,
        )

    def pictures(self, number: int) -> Locator:
        """Return the pictures that are shown in a cell's outputs."""
        return self.page.locator(
            f'.jp-Notebook .jp-Cell[data-windowed-list-index="{number}"] .jp-OutputArea img'
        )

    def colours(self, picture: Locator) -> int:
        """Return how many colours a picture has."""
        return int(picture.evaluate(COLOURS))

    def theme(self, dark: bool) -> None:
        """Switch JupyterLab and the system's preference to dark or light."""
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        name = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate(
            "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name
        )
        wanted = "false" if dark else "true"
        self.page.wait_for_selector(
            f'body[data-jp-theme-light="{wanted}"]', state="attached", timeout=OPEN_LIMIT
        )

    def shut_down(self) -> None:
        """End the kernel, so that no test leaves one for the next."""
        self.page.evaluate(SHUT_DOWN)
