"""Let ``pytest --nbval`` judge a lesson anywhere: in the project, or handed out alone.

A plugin of pytest (entry point ``pytest11``), there wherever this package is installed. It touches
only notebooks that load ``labsupport``, and only in runs of nbval:

* what may differ between two runs (``sanitize.cfg``) is not compared;
* kernels are started as Jupyter does, whatever is set for pytest;
* a cell may run for a minute;
* a cell that was never executed, that is skipped or whose output is not compared fails.

All else that nbval offers works as for any notebook; its options on the command line win.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

RULES = Path(__file__).with_name("sanitize.cfg")
CELL_TIMEOUT = 60.0  # seconds
_NBVAL_TIMEOUT = 2000  # nbval's own default, longer than any lesson

_lesson = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path,
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Prepare nbval's collector of a lesson."""
    collectors = yield
    if file_path.suffix == ".ipynb":
        for collector in collectors:
            if hasattr(collector, "sanitize_patterns") and _loads_labsupport(file_path):
                _prepare(collector)
    return collectors


def _loads_labsupport(notebook: Path) -> bool:
    return b"load_ext labsupport" in notebook.read_bytes()


def _prepare(notebook: Any) -> None:
    from nbval.plugin import get_sanitize_patterns

    from labsupport.ownership.owners import remove_place
    from labsupport.ownership.scratch import new_folder

    notebook.stash[_lesson] = True
    notebook.sanitize_patterns.update(get_sanitize_patterns(RULES.read_text(encoding="utf-8")))
    nbval_setup, nbval_teardown = notebook.setup, notebook.teardown
    homes: list[Path] = []

    def setup() -> None:
        homes.append(new_folder())
        with _plain_kernel(notebook.config.option, homes[0]):
            nbval_setup()

    def teardown() -> None:
        try:
            nbval_teardown()
        finally:
            while homes:
                remove_place(homes.pop())

    notebook.setup, notebook.teardown = setup, teardown


@contextlib.contextmanager
def _plain_kernel(option: Any, home: Path) -> Iterator[None]:
    """Let nbval start its next kernel as Jupyter does, with its own files in a folder.

    * The kernel's Python is the one that runs now, as it has the package.
    * ``PYTEST_CURRENT_TEST`` makes ipykernel drop what child processes write to descriptor 1.
    * A kernel's TCP ports are chosen before they are bound, so the clients of another notebook can
      take one meanwhile. Unix sockets have no ports, but their paths must be unique and short.
    * A user's own IPython start-up files and history must not change what a cell prints.
    """
    import nbval.kernel
    from jupyter_client.manager import KernelManager

    class PlainKernelManager(KernelManager):
        def __init__(self, **kwargs: Any) -> None:
            if os.name == "posix":
                kwargs.update(transport="ipc", ip=str(home / "k"))
            super().__init__(**kwargs)

        def start_kernel(self, **kwargs: Any) -> Any:
            env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
            env["IPYTHONDIR"] = str(home / "ipython")
            return super().start_kernel(env=env, **kwargs)

    theirs, current = nbval.kernel.KernelManager, option.nbval_current_env
    nbval.kernel.KernelManager = PlainKernelManager
    if option.nbval_kernel_name is None:
        option.nbval_current_env = True
    try:
        yield
    finally:
        nbval.kernel.KernelManager, option.nbval_current_env = theirs, current


def _is_lesson_cell(item: pytest.Item) -> bool:
    return item.parent is not None and item.parent.stash.get(_lesson, False)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a lesson's cell that nbval would pass without having compared anything."""
    if not _is_lesson_cell(item):
        return
    cell, options = item.cell, item.options  # type: ignore[attr-defined]
    if not cell.source.strip():
        return
    if cell.execution_count is None:
        pytest.fail(
            "this cell was never executed, so there is nothing to compare with: run the notebook "
            "and save it (in the project: python3 course.py build)",
            pytrace=False,
        )
    strict = not item.config.option.nbval_lax
    if options["skip"] or (strict and not options["check"]):
        pytest.fail("remove the mark that skips this cell or its output", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Give a lesson's cell a minute where the command line gives no other limit."""
    option = item.config.option
    if not _is_lesson_cell(item) or option.nbval_cell_timeout != _NBVAL_TIMEOUT:
        return (yield)
    option.nbval_cell_timeout = CELL_TIMEOUT
    try:
        return (yield)
    finally:
        option.nbval_cell_timeout = _NBVAL_TIMEOUT
