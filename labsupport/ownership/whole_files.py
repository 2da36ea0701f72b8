"""Write files that readers see as they were or as they will be, never in part.

The new text is written to a draft beside the file, which then takes the file's name in one step
(POSIX.1-2017, rename()). A draft's name tells its owner: what a killed writer has left is removed
at the next write in the same folder.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from labsupport.ownership.owners import is_dead, owner_name

SUFFIX = ".draft"


def replace_file(target: Path, data: bytes, *, changed: int | None = None) -> None:
    """Write `data` to `target`, as a whole or not at all; its mode stays as it was.

    Args:
        changed: the time of change that it shall have, in seconds since 1970; None: now.

    Raises:
        OSError: it cannot be written; the old file is then untouched, and nothing else is left.
    """
    _sweep(target.parent)
    prefix = f".{target.name}.{owner_name(os.getpid())}."
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=prefix, suffix=SUFFIX)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        draft.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        if changed is not None:
            os.utime(draft, (changed, changed))
        draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def _sweep(folder: Path) -> None:
    for draft in folder.glob(f".*{SUFFIX}"):
        owner = draft.name.split(".")[-3]
        if is_dead(owner):
            with contextlib.suppress(OSError):
                draft.unlink()
