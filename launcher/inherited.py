"""The environment variables of everything that ``course.py`` starts: one place decides.

A learner's shell can hold settings for other work, and each of them breaks the course in a way that
nobody finds: ``PYTHONPATH`` puts a stranger's ``typing.py`` before Python's own, ``PYTHONOPTIMIZE``
takes the asserts out of the tests, ``PIP_TARGET`` sends the packages elsewhere. So variables that
change *what Python and pip do* are dropped; those that say *how this machine reaches the network*
(proxies, certificates, an index of packages) are kept.

Sources: Python docs, "Command line and environment" (1.2); pip's documentation, "Configuration".
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from launcher.problems import SetupError

#: where pip puts what it installs, and whether it installs at all
_PIP_PLACES = frozenset(
    {
        "PIP_BREAK_SYSTEM_PACKAGES", "PIP_DRY_RUN", "PIP_EXISTS_ACTION", "PIP_IGNORE_INSTALLED",
        "PIP_NO_BUILD_ISOLATION", "PIP_NO_DEPENDENCIES", "PIP_NO_DEPS", "PIP_ONLY_BINARY",
        "PIP_PREFIX", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV", "PIP_ROOT", "PIP_SRC", "PIP_TARGET",
        "PIP_UPGRADE", "PIP_USER",
    }
)  # fmt: skip
#: an environment that is activated somewhere else is not the one that is used here
_OTHERS = frozenset({"VIRTUAL_ENV", "UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON"})
#: folders of Jupyter and IPython, and the place of each below a home
_HOMES = {
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
}
#: the folder in the project that holds them where the user's home cannot be written
OWN_HOME = ".jupyter"


def clean() -> dict[str, str]:
    """Return this process's environment without what changes Python and pip.

    Text is UTF-8 whatever the locale says (Python docs, "Python UTF-8 Mode"): under an ASCII
    locale the first umlaut of a lesson would raise UnicodeEncodeError.
    """
    kept = {name: value for name, value in os.environ.items() if not _misleads(name)}
    # pip.conf can say `user = true`; a variable is stronger than a file.
    return {**kept, "PYTHONUTF8": "1", "PIP_USER": "0"}


def _misleads(name: str) -> bool:
    # PYTHON_GIL, PYTHON_COLORS and their kin are of a newer kind: they are choices of a run.
    of_python = name.startswith("PYTHON") and not name.startswith("PYTHON_")
    return of_python or name in _PIP_PLACES or name in _OTHERS


def _can_be_written(folder: Path) -> bool:
    """Try it: access(2) says yes to root even where the file system says no."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def homes(root: Path) -> dict[str, str]:
    """Return where Jupyter keeps its files: nothing to say where it can write the user's home.

    Else they are in ``root``, in a folder that git ignores; what the user has set stays.

    Raises:
        SetupError: neither can be written.
    """
    home = Path.home()
    if _can_be_written(home):
        return {}
    own = root / OWN_HOME
    if not _can_be_written(own if own.is_dir() else root):
        raise SetupError(
            f"Jupyter has no place for its files: neither the home folder {home} nor {root} can "
            "be written by you. Set HOME to a folder of your own and run the same command again."
        )
    return {name: str(own / place) for name, place in _HOMES.items() if name not in os.environ}
