"""Keep the virtual environment of the course in ``.venv``: made once, refreshed when it must be.

A stamp file in it says what it was made from. A stamp that is missing, unfinished or different
decides whether the environment is used as it is, brought up to date or made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from launcher import current, inherited, installers
from launcher.messages import say
from launcher.problems import NoNetworkError, explain_os_error

STAMP = "course-stamp.json"


@dataclass(frozen=True)
class Stamp:
    """What an environment was made from."""

    ready: bool  # False while packages are being installed
    by_hand: bool  # somebody else made the environment, so it is never deleted while it runs
    python: str
    root: str
    project: str
    extras: tuple[str, ...]


class Environment:
    """The environment in ``root/.venv`` and its stamp."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def stamp(self) -> Stamp | None:
        """Return the stamp, None if there is none that can be read."""
        try:
            facts = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))
            return Stamp(**{**facts, "extras": tuple(facts["extras"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write_stamp(self, stamp: Stamp) -> None:
        """Replace the stamp in one step, so that no half of one is ever read."""
        new = self.folder / f"{STAMP}.new"
        new.write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
        new.replace(self.folder / STAMP)

    def serves(self, wanted: Stamp) -> bool:
        """Return True if the environment can be used for ``wanted`` as it is."""
        stamp = self.stamp()
        return (
            stamp is not None
            and stamp.ready
            and self.is_usable(stamp, wanted)
            and stamp.project == wanted.project
            and set(stamp.extras) >= set(wanted.extras)
            and os.access(self.python, os.X_OK)
        )

    @staticmethod
    def is_usable(stamp: Stamp, wanted: Stamp) -> bool:
        """Return True if bringing the packages up to date is enough."""
        same_python = stamp.by_hand or stamp.python == wanted.python
        return same_python and stamp.root == wanted.root and (stamp.ready or stamp.by_hand)

    def runs(self) -> bool:
        """Return True if the environment's interpreter starts and is new enough."""
        test = "import sys; sys.exit(sys.version_info < (3, 11))"
        try:
            done = subprocess.run(
                [self.python, "-c", test],
                env=inherited.clean(),
                capture_output=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def ensure(root: Path, extras: frozenset[str]) -> Path:
    """Return an interpreter that has the project in ``root`` and ``extras`` installed.

    Raises:
        SetupError: it cannot be had; nothing half-made is left behind.
    """
    if current.is_ready(root, extras):
        return Path(sys.executable)
    environment = Environment(root)
    wanted = _wanted(root, extras)
    if environment.serves(wanted):
        return environment.python
    try:
        with tempfile.TemporaryFile(dir=root):
            pass  # only to see whether the folder can be written
        with _alone(root):
            if not environment.serves(wanted):
                _prepare(environment, wanted)
    except OSError as error:
        raise explain_os_error(error, root) from None
    return environment.python


def _wanted(root: Path, extras: frozenset[str]) -> Stamp:
    project = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
    python = f"{sys.version} {Path(installers.base_python()).resolve()}"
    return Stamp(True, False, python, str(root), project, tuple(sorted(extras)))


def _prepare(environment: Environment, wanted: Stamp) -> None:
    stamp = environment.stamp()
    if environment.folder.exists() and environment.runs():
        if stamp is None:
            stamp = replace(wanted, ready=False, by_hand=True)
        if environment.is_usable(stamp, wanted):
            _refresh(environment, stamp, wanted)
            return
    _create(environment, wanted)


def _refresh(environment: Environment, stamp: Stamp, wanted: Stamp) -> None:
    """Bring the packages of a working environment up to date."""
    extras = frozenset(stamp.extras) | frozenset(wanted.extras)
    unfinished = replace(wanted, ready=False, by_hand=stamp.by_hand, extras=tuple(sorted(extras)))
    with installers.pip_wheel(environment.python) as wheel:
        installers.need_index(str(environment.python), wheel)
        say("Bringing the packages in .venv up to date.")
        environment.write_stamp(unfinished)
        try:
            installers.install(environment.python, environment.root, extras, wheel)
        except NoNetworkError:
            environment.write_stamp(stamp)  # nothing was replaced, so it is as good as it was
            raise
    environment.write_stamp(replace(unfinished, ready=True))


def _create(environment: Environment, wanted: Stamp) -> None:
    """Make the environment anew; on any failure, Ctrl-C included, remove what was made of it."""
    with installers.pip_wheel() as wheel:
        installers.need_index(installers.base_python(), wheel)
        say("Making the environment of the course in .venv; this takes one to three minutes, once.")
        _remove(environment.folder)
        try:
            installers.make_environment(environment.folder, wheel)
            environment.write_stamp(replace(wanted, ready=False))
            extras = frozenset(wanted.extras)
            installers.install(environment.python, environment.root, extras, wheel)
            environment.write_stamp(wanted)
        except BaseException:
            shutil.rmtree(environment.folder, ignore_errors=True)
            raise


def _remove(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let one course.py at a time work on the environment; the others wait."""
    try:
        import fcntl
    except ImportError:  # Windows: two at once are possible there, but unlikely
        yield
        return
    # A lock on a file that is there anyway: nothing to create, nothing to clean up.
    with (root / "course.py").open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another course.py prepares the environment; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
