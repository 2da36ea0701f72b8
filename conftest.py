"""Make pytest mean the same from any folder, and run notebooks the way Jupyter does.

* ``pytest`` runs ``tests/``; ``pytest --nbval`` adds every notebook; ``pytest --browser`` runs the
  tests in a real browser and nothing else. Paths on the command line replace these defaults.
* With ``--nbval`` a cell that was never executed, that is skipped or whose output is not compared
  fails, and so does a run over ``notebooks/`` that executes no notebook at all.
* ``pytest --corpus`` also runs what only widens other tests: ``tests/corpus.py``.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent
TESTS = ROOT / "tests"
BROWSER_TESTS = TESTS / "browser"
NOTEBOOKS = ROOT / "notebooks"
SANITIZE = ROOT / "labsupport" / "sanitize.cfg"
CELL_TIMEOUT = 60.0

sys.path.insert(0, str(TESTS))
pytest_plugins = ["corpus", "programs", "pytester"]

_kernel_home = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--browser", action="store_true", help="run tests/browser (needs Chromium) and nothing else"
    )


def pytest_configure(config: pytest.Config) -> None:
    _choose_paths(config)
    _set_environment()
    _hear_interrupts()
    if config.option.nbval or config.option.nbval_lax:
        _set_nbval_options(config)
        config.stash[_kernel_home] = _use_plain_kernels()
        if not hasattr(config, "workerinput"):  # with xdist only the controller sees every report
            config.pluginmanager.register(NotebookWatch(config))


def pytest_unconfigure(config: pytest.Config) -> None:
    home = config.stash.get(_kernel_home, None)
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)


def _choose_paths(config: pytest.Config) -> None:
    """Where no path is named, test the project and not the folder pytest was started in."""
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return
    if config.option.browser:
        chosen = [BROWSER_TESTS]
    elif config.option.nbval or config.option.nbval_lax:
        chosen = [TESTS, NOTEBOOKS]
    else:
        chosen = [TESTS]
    config.args[:] = [str(path) for path in chosen if path.is_dir()]


def _hear_interrupts() -> None:
    """Let children be interrupted also where a shell started the tests in the background.

    It makes them ignore SIGINT, which every child would inherit (POSIX shell, 2.11).
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _set_environment() -> None:
    """Prepare what kernels and programs inherit; pytest's ``pythonpath`` would not reach them."""
    # An unbuffered child prints in another order than the buffered child of a learner.
    os.environ.pop("PYTHONUNBUFFERED", None)
    # Children would compile the project anew; a learner's Python keeps what it has compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    paths = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != str(ROOT)]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *paths])


def _set_nbval_options(config: pytest.Config) -> None:
    """Give nbval the project's defaults; what stands on the command line still wins."""
    option = config.option
    if option.nbval_kernel_name is None:
        option.nbval_current_env = True
    if option.nbval_cell_timeout == 2000:  # nbval's own default: longer than the whole suite
        option.nbval_cell_timeout = CELL_TIMEOUT
    # Absolute, or a run from another folder would not find the rules.
    given = option.nbval_sanitize_with
    option.nbval_sanitize_with = str(Path(given).resolve() if given else SANITIZE)
    # The cells of a notebook share one kernel, so xdist must not spread them.
    if getattr(option, "dist", "no") in ("load", "worksteal"):
        option.dist = "loadfile"


def _use_plain_kernels() -> Path:
    """Let nbval start kernels as Jupyter does; return the folder that holds their files.

    * ``PYTEST_CURRENT_TEST`` makes ipykernel drop what child processes write to descriptor 1.
    * A kernel's TCP ports are chosen before they are bound, so the clients of another notebook can
      take one meanwhile. Unix sockets have no ports, but their paths must be unique and short.
    * A user's own IPython start-up files and history must not change what a cell prints.
    """
    import nbval.kernel
    from jupyter_client.manager import KernelManager

    home = Path(tempfile.mkdtemp(prefix="nbval-"))
    numbers = itertools.count(1)

    class PlainKernelManager(KernelManager):  # type: ignore[misc]
        def __init__(self, **kwargs: Any) -> None:
            if os.name == "posix":
                kwargs.update(transport="ipc", ip=str(home / f"k{next(numbers)}"))
            super().__init__(**kwargs)

        def start_kernel(self, **kwargs: Any) -> Any:
            env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
            env["IPYTHONDIR"] = str(home / "ipython")
            return super().start_kernel(env=env, **kwargs)

    nbval.kernel.KernelManager = PlainKernelManager
    return home


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Keep the browser tests for those who ask: they need a browser and a minute."""
    if collection_path != BROWSER_TESTS or config.option.browser:
        return None
    return None if any(_inside(arg, BROWSER_TESTS) for arg in _paths(config)) else True


def _paths(config: pytest.Config) -> list[Path]:
    """Return the files and folders of the command line, without their ``::test`` part."""
    start = config.invocation_params.dir
    return [(start / arg.split("::")[0]).resolve() for arg in config.args]


def _inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a notebook's cell that nbval would pass without having compared anything."""
    cell = getattr(item, "cell", None)
    if cell is None or not cell.source.strip():
        return
    if cell.execution_count is None:
        pytest.fail("this cell was never executed: run `python3 course.py build`", pytrace=False)
    options = item.options  # type: ignore[attr-defined]
    strict = not item.config.option.nbval_lax
    if options["skip"] or (strict and not options["check"]):
        pytest.fail("remove the mark that skips this cell or its output", pytrace=False)


class NotebookWatch:
    """Fail a run that was to execute notebooks and executed none."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.executed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and not report.skipped and ".ipynb::" in report.nodeid:
            self.executed += 1

    def missed_all(self) -> bool:
        """Tell whether ``notebooks/`` was to run, nothing narrowed the choice, and no cell ran."""
        option = self.config.option
        if self.executed or option.keyword or option.markexpr or option.collectonly:
            return False
        if self.config.args_source is not pytest.Config.ArgsSource.ARGS:
            return True
        named = _paths(self.config)
        return any(_inside(path, NOTEBOOKS) or _inside(NOTEBOOKS, path) for path in named)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.missed_all() and session.exitstatus in (
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.missed_all():
            terminalreporter.write_line("No notebook was executed, so this run fails.", red=True)
