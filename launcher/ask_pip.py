"""Print how pip is configured; run as a program by the interpreter whose pip is asked.

pip's help names the index that it uses by its environment and its files, its configuration the
proxy. Where no pip is installed, the copy is asked that ensurepip holds for new environments, or
the wheel that the command line names.
"""

from __future__ import annotations

import contextlib
import importlib.util
import runpy
import sys
import sysconfig
from pathlib import Path


def find_pip() -> None:
    """Make ``pip`` a module that can be run.

    Raises:
        ImportError: this Python has neither pip nor ensurepip.
    """
    if importlib.util.find_spec("pip") is not None:
        return
    sys.path += sys.argv[1:]
    if sys.argv[1:]:
        return
    import ensurepip

    own = Path(ensurepip.__file__).parent / "_bundled"
    folders = [sysconfig.get_config_var("WHEEL_PKG_DIR") or own, own]  # Debian's lie elsewhere
    for folder in map(Path, folders):
        sys.path += map(str, folder.glob("pip-*.whl"))


if __name__ == "__main__":
    find_pip()
    for words in (["install", "--help"], ["config", "list"]):
        sys.argv = ["pip", *words]
        with contextlib.suppress(SystemExit):
            runpy.run_module("pip", run_name="__main__")
