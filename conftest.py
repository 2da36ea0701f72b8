"""Make pytest mean the same from any folder, and let no run leave anything behind.

* ``pytest`` runs ``tests/``; ``pytest --nbval`` adds every notebook; ``pytest --browser`` runs the
  tests in a real browser and nothing else. Paths on the command line replace these defaults.
* How a notebook is judged is told by a plugin of the package, ``labsupport.nbval_rules``. Here a
  run over ``notebooks/`` that executes no notebook at all fails.
* A run that leaves a process, a temporary file or a semaphore fails (`NothingLeft`).
* ``pytest --corpus`` also runs what only widens other tests: ``tests/corpus.py``.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from labsupport.ownership import scratch
from labsupport.ownership.leftovers import belonging
from labsupport.ownership.owners import remove_place, semaphore_prefix
from labsupport.ownership.settle import settle, settle_in
from labsupport.ownership.supervisor import SHARED_FOLDER, shared_names

ROOT = Path(__file__).resolve().parent
TESTS = ROOT / "tests"
BROWSER_TESTS = TESTS / "browser"
NOTEBOOKS = ROOT / "notebooks"
CLEARING_LIMIT = 60.0  # seconds for what clears up after killed kernels, on a very busy machine

sys.path.insert(0, str(TESTS))
pytest_plugins = ["corpus", "programs", "pytester"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--browser", action="store_true", help="run tests/browser (needs Chromium) and nothing else"
    )


def pytest_configure(config: pytest.Config) -> None:
    _choose_paths(config)
    _set_environment()
    _hear_interrupts()
    config.pluginmanager.register(NothingLeft(config))
    if config.option.nbval or config.option.nbval_lax:
        _keep_cells_together(config)
        if not hasattr(config, "workerinput"):  # with xdist only the controller sees every report
            config.pluginmanager.register(NotebookWatch(config))


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


def _keep_cells_together(config: pytest.Config) -> None:
    """Let xdist not spread the cells of a notebook: they share one kernel."""
    if getattr(config.option, "dist", "no") in ("load", "worksteal"):
        config.option.dist = "loadfile"


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


def _is_place(path: Path) -> bool:
    """Tell the place of a program by the name that `scratch.new_folder` gives: eight letters."""
    return path.is_dir() and re.fullmatch(r"[a-z0-9_]{8}", path.name) is not None


class NothingLeft:
    """Fail a run that leaves a process, a temporary file or a semaphore behind.

    Everything that a run starts or makes for a while has its place, or one in it
    (`ownership.scratch`), by which it is known: other runs at the same time are not accused.
    With xdist the controller's place holds those of its workers, and each looks into its own.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.is_worker = hasattr(config, "workerinput")
        self.left: list[str] = []
        self.in_use: set[str | None] = set()
        # Folders of `tmp_path` stay where pytest has them: a failed test's are looked at later.
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
        if self.is_worker:
            self.place = scratch.claim()
            settle_in(self.place)
        else:
            self.place = settle()

    @pytest.hookimpl(trylast=True)  # the workers of xdist have ended
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # It is kept for the next answer, until this process ends: there will be none.
        if runner := sys.modules.get("labsupport.hang_doctor.warm_runner"):
            runner.end_warm_runner()
        deadline = time.monotonic() + CLEARING_LIMIT
        while self._somebody_clears() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.left += self._look()
        if self.is_worker:
            output = self.config.workeroutput  # type: ignore[attr-defined]
            output.update(left=self.left, place=str(self.place))
        elif self.left and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what a worker of xdist has found; it goes on to use its place until its end."""
        output = getattr(node, "workeroutput", {})
        self.left += output.get("left", [])
        self.in_use.add(output.get("place"))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.left:
            terminalreporter.section("left behind", red=True)
            for line in self.left:
                terminalreporter.write_line(line)

    def pytest_unconfigure(self) -> None:
        """Remove the place at once; where this process needs it to its end, the keeper does."""
        if self.is_worker:
            return
        if not self._folder_of_multiprocessing():
            remove_place(self.place)
        scratch.sweep()  # of owners that tests have killed
        for folder in Path(os.environ["PYTEST_DEBUG_TEMPROOT"]).glob("pytest-of-*"):
            with contextlib.suppress(OSError):  # something is kept there, or it is another user's
                folder.rmdir()

    def _somebody_clears(self) -> bool:
        """Tell whether those are at work that end by themselves, or are about to end.

        They are those that clear up after killed kernels and programs, and the servers of
        multiprocessing, which end with the workers of xdist. An ending process has no command.
        """
        helpers = ("keeper.py", "lifeline.py", "from multiprocessing.")
        lines = self._processes()
        return any(line.endswith(": ") or any(word in line for word in helpers) for line in lines)

    def _look(self) -> list[str]:
        """Return a line for everything that should not be there any more."""
        if self.is_worker:
            return [f"temporary: {path}" for path in self._files()]
        return [
            *(f"process {line}" for line in self._processes()),
            *(f"temporary: {path}" for path in self._files()),
            *(f"shared memory: {name}" for name in self._shared()),
        ]

    def _processes(self) -> list[str]:
        found = []
        for pid in belonging(self.place):
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                command = " ".join(process.cmdline())
                # This process's own keeper, and the helpers of its multiprocessing.
                helps = any(word in command for word in ("keeper.py", "multiprocessing."))
                if not (helps and process.ppid() == os.getpid()):
                    found.append(f"{pid}: {command[:200]}")
        return found

    def _files(self) -> list[Path]:
        # Events of this process's own recorders end with it, and so do its manager's sockets. The
        # places of programs go with this one, which is removed at the end of the run.
        in_use = {*self.in_use, self._folder_of_multiprocessing()}
        return [
            path
            for path in self.place.iterdir()
            if path.suffix != ".events" and str(path) not in in_use and not _is_place(path)
        ]

    @staticmethod
    def _folder_of_multiprocessing() -> str | None:
        process: Any = multiprocessing.current_process()
        return process._config.get("tempdir")  # type: ignore[no-any-return]

    def _shared(self) -> list[str]:
        folder = Path(SHARED_FOLDER)
        prefix = f"sem.{semaphore_prefix(self.place).removeprefix('/')}-"
        names = {str(path) for path in folder.glob(f"{prefix}*")} if folder.is_dir() else set()
        return sorted(names - shared_names([os.getpid()]))
