"""The IPython extension: `%load_ext labsupport`.

It sets the start method of multiprocessing, sees to it that nothing of the kernel stays behind
(`labsupport.ownership.settle`), and registers two cell magics:

    %%module NAME                          the cell becomes a module that is imported here
    %%lab NAME.py [-t SECONDS] [ARG…]      the cell becomes a program that is run
"""

from __future__ import annotations

import math
import multiprocessing
import os
import shlex
from typing import Protocol

from IPython.core.error import UsageError

from labsupport.ownership.settle import settle
from labsupport.programs.cells import (
    RefusedCellError,
    import_cell,
    public_names,
    save_cell,
    work_folder,
)
from labsupport.programs.run import run_program

READY = "labsupport is ready: %%module, %%lab"
DEFAULT_LIMIT = 30.0  # seconds a %%lab program may run

_MODULE_USAGE = "write %%module NAME, for example %%module my_tasks"
_LAB_USAGE = "write %%lab NAME.py [-t SECONDS] [ARGUMENTS], for example %%lab my_pool.py -t 5"


class Shell(Protocol):
    """What the extension needs of IPython's InteractiveShell."""

    user_ns: dict[str, object]

    def register_magic_function(self, func: object, magic_kind: str, magic_name: str) -> None:
        """Make func available as a magic."""


def choose_start_method() -> str:
    """Return the start method for this kernel: LAB_START_METHOD, else forkserver, else spawn.

    forkserver is the default because it is safe with the threads that every kernel has
    (Python docs, multiprocessing, "Contexts and start methods").

    Raises:
        UsageError: LAB_START_METHOD names a method that this platform does not have.
    """
    methods = multiprocessing.get_all_start_methods()
    wanted = os.environ.get("LAB_START_METHOD")
    if wanted:
        if wanted not in methods:
            raise UsageError(
                f"the environment variable LAB_START_METHOD is {wanted!r}; "
                f"set it to one of {', '.join(sorted(methods))}, or unset it"
            )
        return wanted
    return "forkserver" if "forkserver" in methods else "spawn"


def parse_lab_line(line: str) -> tuple[str, float, list[str]]:
    """Split the line of a %%lab cell into (module name, seconds, arguments).

    Raises:
        UsageError: one sentence that says what to write.

    >>> parse_lab_line("my_pool.py -t 2.5 fast 'two words'")
    ('my_pool', 2.5, ['fast', 'two words'])
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"the line of this %%lab cell has an open quote ({error})") from None
    if not words or not words[0].endswith(".py"):
        raise UsageError(f"this %%lab cell needs the name of a .py file: {_LAB_USAGE}")
    name, limit = words.pop(0).removesuffix(".py"), DEFAULT_LIMIT
    if words and words[0] == "-t":
        text = words[1] if len(words) > 1 else ""
        try:
            limit = float(text)
        except ValueError:
            limit = math.nan
        if not 0 < limit < math.inf:
            raise UsageError(f"-t needs a number of seconds above 0, not {text!r}: {_LAB_USAGE}")
        del words[:2]
    return name, limit, words


def load_ipython_extension(shell: Shell) -> None:
    """Set the start method, register the magics and say so in one line.

    Raises:
        UsageError: LAB_START_METHOD has a wrong value, or no temporary files can be written.
    """
    multiprocessing.set_start_method(choose_start_method(), force=True)
    try:
        settle()
    except OSError as error:
        raise UsageError(
            f"no folder for temporary files can be made ({error}): free some space, or set TMPDIR "
            "to a folder that you can write, and restart the kernel"
        ) from None
    # Decided now, before a cell can change the working directory. VS Code tells the notebook so.
    told = shell.user_ns.get("__vsc_ipynb_file__")
    work_folder(told if isinstance(told, str) else None)

    def module(line: str, cell: str) -> None:
        """%%module NAME: save the cell as NAME.py, import it, put its names here."""
        __tracebackhide__ = True
        name = line.strip().removesuffix(".py")
        if not name:
            raise UsageError(f"this %%module cell needs a name: {_MODULE_USAGE}")
        try:
            imported = import_cell(name, cell)
        except RefusedCellError as error:
            raise UsageError(str(error)) from None
        shell.user_ns.update(public_names(imported))

    def lab(line: str, cell: str) -> None:
        """%%lab NAME.py [-t SECONDS] [ARG…]: save the cell, run it, show its output."""
        __tracebackhide__ = True
        name, limit, arguments = parse_lab_line(line)
        try:
            path = save_cell(name, cell)
        except RefusedCellError as error:
            raise UsageError(str(error)) from None
        shell.user_ns["result"] = run_program(path.name, *arguments, timeout=limit, cwd=path.parent)

    shell.register_magic_function(module, magic_kind="cell", magic_name="module")
    shell.register_magic_function(lab, magic_kind="cell", magic_name="lab")
    print(READY)
