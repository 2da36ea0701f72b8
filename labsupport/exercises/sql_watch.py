"""Note which process and which thread writes to a SQLite database.

SQLite calls a connection's trace function for every statement that it really executes, in the
thread that executes it (docs: `Connection.set_trace_callback`). `connect` is replaced before
any code of the learner's runs, in every process (see `sitecustomize` of the hang doctor).
"""

from __future__ import annotations

import functools
import re
import sqlite3
from typing import Any

from labsupport.hang_doctor.evidence.notes import note
from labsupport.hang_doctor.evidence.pool_watch import in_callback

_WRITES = re.compile(r"\s*(INSERT|REPLACE|UPDATE|DELETE)\b", re.IGNORECASE)


def _trace(statement: str) -> None:
    if _WRITES.match(statement):
        note("sql-write", in_callback=in_callback())


def install() -> None:
    """Begin to watch every SQLite connection that this process makes from now on."""
    original = sqlite3.connect

    @functools.wraps(original)
    def watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = original(*arguments, **options)
        connection.set_trace_callback(_trace)
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = watched  # type: ignore[assignment]
