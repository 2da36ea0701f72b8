"""Save the code of a cell as a file, and import it as a module.

A function that is defined in a cell lives in the kernel's `__main__` alone: a child started
by spawn or forkserver cannot import it (a Process dies, a Pool waits for ever). A function
of a module reaches every child under every start method, because the child imports the file.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import keyword
import linecache
import os
import sys
import time
from pathlib import Path
from types import ModuleType

from labsupport.ownership.scratch import place
from labsupport.ownership.whole_files import replace_file

FOLDER_NAME = "_work"
#: where lessons lie in the project: the originals and a learner's copies
LESSON_FOLDERS = ("notebooks", "my_course")
#: the project, where it is used as it was cloned
_ROOT = Path(__file__).resolve().parents[2]

_folder: Path | None = None


class RefusedCellError(ValueError):
    """A cell cannot be saved under its name; the message says why and what to do."""


def work_folder(notebook: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder for the files of cells, absolute; it is made when one is saved.

    It is `_work` beside a lesson of the project, so that a learner finds the files. Beside any
    other notebook (one that was handed out alone, or is executed in a pipeline) nothing is
    written: there it is a folder that goes with the kernel. The first call decides, so a later
    change of the working directory does not move it.

    Args:
        notebook: the notebook's path, where the front end tells it.

    Raises:
        OSError: no temporary folder can be made.
    """
    global _folder
    if _folder is None:
        _folder = _beside_lesson(notebook) or place() / FOLDER_NAME
    return _folder


def _beside_lesson(notebook: str | os.PathLike[str] | None) -> Path | None:
    """Return `_work` beside the notebook, None if that is no lesson of the project.

    Most front ends start a kernel in its notebook's folder. Jupyter Server tells the path in the
    environment, too (JPY_SESSION_NAME).
    """
    told = [Path(path) for path in (notebook, os.environ.get("JPY_SESSION_NAME")) if path]
    for folder in [*(path.parent for path in told if path.is_file()), Path.cwd()]:
        here = folder.resolve()
        if not any(here.is_relative_to(_ROOT / name) for name in LESSON_FOLDERS):
            continue
        if here.name == FOLDER_NAME:  # the program of a cell runs there
            return here
        if os.access(here, os.W_OK | os.X_OK):
            return here / FOLDER_NAME
    return None


def check_name(name: str) -> None:
    """Refuse a module name that cannot be imported or would hide another module.

    Raises:
        RefusedCellError: one sentence that says what is wrong with `name` and what to do.

    >>> check_name("my_tasks")
    >>> try:
    ...     check_name("queue")
    ... except RefusedCellError as error:
    ...     print(error)
    'queue' is in Python's standard library; a file of that name would hide it: choose \
another name, for example 'my_queue'
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise RefusedCellError(
            f"{name!r} is not a name that Python can import: use letters, digits and "
            "underscores, beginning with a letter, for example 'my_tasks'"
        )
    if name in sys.stdlib_module_names or name in sys.builtin_module_names or name == "__main__":
        owner = "in Python's standard library"
    elif _is_installed(name):
        owner = "a module or package that is installed here"
    else:
        return
    raise RefusedCellError(
        f"{name!r} is {owner}; a file of that name would hide it: choose another name, "
        f"for example 'my_{name}'"
    )


def _is_installed(name: str) -> bool:
    """Tell whether an import of name finds something outside of the work folder."""
    folder = str(work_folder())
    places = [entry for entry in sys.path if entry != folder]
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        where = places if finder is importlib.machinery.PathFinder else None
        spec = find(name, where) if find is not None else None
        # No loader or no origin: a folder without code (namespace package) hides nothing.
        if (
            spec is not None
            and spec.origin is not None
            and Path(spec.origin).parent != Path(folder)
        ):
            return True
    return False


def save_cell(name: str, source: str) -> Path:
    """Write the code of a cell to NAME.py in the work folder and return its path.

    The file is replaced as a whole, or not at all; equal content is left alone. Its time of
    change differs by at least a whole second from that of the version before: Python takes
    a cached .pyc for current if size and whole seconds agree (Python docs, py_compile), so an
    edit of equal length within a second would otherwise go unseen.

    Args:
        name: the module's name, without ".py".
        source: the cell's text.

    Raises:
        RefusedCellError: the name is refused, see `check_name`, or the file cannot be written.
    """
    check_name(name)
    path = work_folder() / f"{name}.py"
    try:
        _replace(path, source.encode("utf-8", "replace"))
    except OSError as error:
        raise RefusedCellError(
            f"the cell cannot be saved as {path}: {error.strerror}; "
            "make room and give this user the right to write there"
        ) from error
    return path


def _replace(path: Path, data: bytes) -> None:
    changed = int(time.time())
    if path.exists():
        if path.read_bytes() == data:
            return
        changed = max(changed, int(path.stat().st_mtime) + 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
    replace_file(path, data, changed=changed)


def import_cell(name: str, source: str) -> ModuleType:
    """Save a cell as the module `name`, import it anew and return it.

    `import NAME` then finds it, here and in every child process, whatever the start method:
    the work folder is on `sys.path`, which multiprocessing hands to its children.

    Raises:
        SyntaxError: the cell is no valid Python; nothing is saved and nothing changes.
        Exception: whatever the cell's code raises; `NAME` is then not imported.
        RefusedCellError: as in `save_cell`.
    """
    __tracebackhide__ = True
    check_name(name)
    path = work_folder() / f"{name}.py"
    try:
        code = compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError:
        # Where the error's file can be read, IPython shows its line from there. Now that is the
        # version before (or of an equal name): give an error about a file that it cannot find.
        compile(source, str(path.parent / "not saved" / path.name), "exec", dont_inherit=True)
        raise
    save_cell(name, source)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    importlib.invalidate_caches()
    linecache.checkcache(str(path))  # tracebacks and inspect.getsource show the new text
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # a path that ends in .py always has a loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def public_names(module: ModuleType) -> dict[str, object]:
    """Return what `from module import *` would import: `__all__`, else all but _names."""
    everything = vars(module)
    names = everything.get("__all__", [name for name in everything if not name.startswith("_")])
    return {name: everything[name] for name in names}
