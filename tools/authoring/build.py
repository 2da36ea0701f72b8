"""Run lessons and write them as notebooks, so that nothing changes but what the writer changed.

Cell ids follow from the content, no times are stored, and an output is replaced only when a
strict comparison sees a difference. A notebook is written whole or not at all.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellTimeoutError, DeadKernelError

from labsupport.ownership.whole_files import replace_file
from tools.authoring.assemble import (
    assemble,
    notebook_bytes,
    read_notebook,
    same_cells,
)
from tools.authoring.kernel import running_kernel
from tools.authoring.outputs import keep_equal_outputs, texts, tidy_traceback
from tools.authoring.source import AuthoringError, Cell, Course, Source, load

CELL_TIMEOUT = 60  # seconds, the same limit that the tests set

# nbclient's own words about a failing cell; ours name the source's line.
_QUIET = logging.getLogger(f"{__name__}.nbclient")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


@dataclass(frozen=True)
class Built:
    """What became of one lesson."""

    name: str
    seconds: float
    state: str  # "written", "unchanged" or "failed"
    size: int = 0  # bytes
    reason: str = ""

    def __str__(self) -> str:
        """Return the line that the command prints."""
        if self.state == "failed":
            return f"{self.name}: failed after {self.seconds:.1f} s\n{self.reason}"
        return f"{self.name}: {self.state}, {self.size / 1024:.0f} KiB, {self.seconds:.1f} s"


def build(
    course: Course,
    paths: list[Path],
    *,
    jobs: int = 1,
    fresh: bool = False,
    timeout: int = CELL_TIMEOUT,
    report: Callable[[Built], None] = lambda built: None,
) -> list[Built]:
    """Build the lessons of the sources `paths`, `jobs` at a time; call `report` as each one ends.

    `fresh` does not keep old outputs: for when pictures are drawn in a new way. `timeout` is a
    cell's limit in seconds. A lesson that fails leaves its notebook as it was.
    """

    async def everything() -> list[Built]:
        places = asyncio.Semaphore(jobs)

        async def one(path: Path) -> Built:
            async with places:
                built = await _build_one(course, path, fresh, timeout)
            report(built)
            return built

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(path)) for path in paths]
        return [task.result() for task in tasks]

    return asyncio.run(everything())


async def _build_one(course: Course, path: Path, fresh: bool, timeout: int) -> Built:
    start = time.monotonic()
    result = Built(path.stem, 0.0, "failed")
    try:
        source, target = load(path), course.notebook(path)
        old_bytes, old = _old(target)
        notebook = assemble(source, old)
        await _execute(course, source, notebook, timeout)
        if old is not None and not fresh:
            _keep(source, notebook, old)
        data = notebook_bytes(notebook)
        result = replace(result, size=len(data), state="unchanged")
        if data != old_bytes:
            replace_file(target, data)
            result = replace(result, state="written")
    except AuthoringError as error:
        result = replace(result, reason=f"  {error}")
    except RuntimeError as error:  # of jupyter_client
        result = replace(result, reason=f"  {path.name}: the kernel did not start: {error}")
    except OSError as error:
        reason = f"  {error.filename or path} cannot be read or written: {error.strerror or error}."
        result = replace(result, state="failed", reason=reason)
    return replace(result, seconds=time.monotonic() - start)


def _old(target: Path) -> tuple[bytes, Any]:
    """Return the notebook as it is, (b"", None) when there is none that can be read."""
    try:
        data = target.read_bytes()
        return data, read_notebook(data)
    except FileNotFoundError:
        return b"", None
    except ValueError:  # a broken file is replaced, not mended
        return b"", None


def _keep(source: Source, notebook: Any, old: Any) -> None:
    for new_index, old_index in same_cells(source, old).items():
        if source.cells[new_index].kind == "code":
            keep_equal_outputs(notebook.cells[new_index], old.cells[old_index])


async def _execute(course: Course, source: Source, notebook: Any, timeout: int) -> None:
    """Run all code cells in a new kernel; raise AuthoringError at the first that misbehaves."""
    course.notebooks.mkdir(exist_ok=True)
    async with running_kernel(course.root, course.notebooks) as (manager, kernel, log):
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=timeout,
            record_timing=False,
            coalesce_streams=True,
            allow_errors=True,
            log=_QUIET,
        )
        client.kc = kernel
        count = 0
        for index, cell in enumerate(source.cells):
            if cell.kind != "code":
                continue
            count += 1
            try:
                await client.async_execute_cell(notebook.cells[index], index, execution_count=count)
            except CellTimeoutError:
                raise AuthoringError(
                    f"{source.at(cell.line)}: the cell ran for more than {timeout} s and was ended."
                ) from None
            except (DeadKernelError, CellControlSignal) as error:
                task = asyncio.current_task()
                if task and task.cancelling():  # nbclient takes a Ctrl-C for a dead kernel
                    raise asyncio.CancelledError from None
                last = log.read_text(errors="replace").strip().splitlines()[-3:]
                words = " | ".join(last) or str(error)
                raise AuthoringError(
                    f"{source.at(cell.line)}: the kernel died in this cell. Its last words: {words}"
                ) from None
            notebook.cells[index].metadata.pop("execution", None)
            _judge(course, source, cell, notebook.cells[index])


def _judge(course: Course, source: Source, cell: Cell, done: Any) -> None:
    """Refuse unexpected and missing errors, stderr, paths of this machine; tidy tracebacks."""
    errors = [output for output in done.outputs if output.output_type == "error"]
    expected = "raises-exception" in cell.tags
    for error in errors:
        if not expected:
            line = _failing_line(cell, error.traceback, done.execution_count)
            raise AuthoringError(f"{source.at(line)}: {error.ename}: {error.evalue}")
        error.traceback = tidy_traceback(error.traceback, course.root)
    if expected and not errors:
        raise AuthoringError(
            f"{source.at(cell.line)}: the cell is tagged raises-exception, but nothing was raised."
        )
    for output in done.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise AuthoringError(
                f"{source.at(cell.line)}: the cell writes to stderr: {output.text.strip()[:300]}"
            )
    for text in texts(done):
        if f"{course.root}/" in text:
            raise AuthoringError(
                f"{source.at(cell.line)}: the output shows a path of this machine: {course.root}/…"
            )


def _failing_line(cell: Cell, traceback: list[str], count: int) -> int:
    """Return the source's line where the traceback of `cell` enters it, else its first line."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
    found = re.search(rf"Cell In\[{count}\], line (\d+)", plain)
    inside = int(found[1]) if found else 1
    return cell.line + (inside - 1 if inside <= len(cell.text.splitlines()) else 0)
