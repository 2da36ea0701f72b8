"""Logs: lines of text or JSON, to standard error or to a file that can be rotated."""

# A log is read by people in terminals and by programs, and half of what stands in it was chosen by
# strangers: user names, file names. A name with a line end would forge a line of its own ("log
# injection", CWE-117), one with an escape sequence would steer the terminal. So whatever is not
# printable is escaped, and a value with spaces is quoted.
#
# A log must not stop the server. A disk that is full costs lines; the failure of the log is no
# reason to refuse clients.

from __future__ import annotations

import contextlib
import json
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ftp_project.config import Options
from ftp_project.errors import UsageError, reason
from ftp_project.server.core import Server, log
from ftp_project.server.observe.observers import Done, Observer

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


class Text(logging.Formatter):
    """``2026-11-25T08:30:00Z INFO upload user=anna path="/a b" size=3``: one line per event.

    With ``processes`` the level is followed by the number of the process.
    """

    def __init__(self, processes: bool = False) -> None:
        super().__init__()
        self._processes = processes

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what is not printable in it is escaped, so that nobody forges lines."""
        pairs = getattr(record, "fields", {}).items()
        level = f"{record.levelname} [{record.process}]" if self._processes else record.levelname
        words = [_time(record), level, _printable(record.getMessage())]
        words += [f"{key}={_quoted(value)}" for key, value in pairs]
        line = " ".join(words)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class Json(logging.Formatter):
    """One JSON object per event: ``time``, ``level``, ``message`` and the event's own fields.

    With ``processes`` also ``process``, its number.
    """

    def __init__(self, processes: bool = False) -> None:
        super().__init__()
        self._processes = processes

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as one line of ASCII."""
        found = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **({"process": record.process} if self._processes else {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            found["traceback"] = self.formatException(record.exc_info)
        return json.dumps(found)


def _time(record: logging.LogRecord) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03}Z"


def _printable(text: str) -> str:
    return text if text.isprintable() else json.dumps(text)[1:-1]


def _quoted(value: Any) -> str:
    text = str(value)
    if text.isprintable() and text and not set(text) & set(' "=\\'):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


class LogFile(logging.StreamHandler[TextIO]):
    """A file of lines that can be reopened. A line that cannot be written is lost, and no more.

    Raises OSError when it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(self._opened())

    def _opened(self) -> TextIO:
        return self._path.open("a", encoding="utf-8", errors="backslashreplace")

    def reopen(self) -> None:
        """Go on in a new file under the same name; if that cannot be had, in the old one."""
        old, self.stream = self.stream, self._opened()
        _close(old)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Do without a line for which the disk has no room."""

    def close(self) -> None:
        """Close the file."""
        _close(self.stream)
        super().close()


def _close(stream: TextIO) -> None:
    with contextlib.suppress(OSError):  # what could not be written is tried once more
        stream.close()


class Journal(Observer):
    """Writes what happens to the log, at level info; with ``lines`` whatever the level is.

    Raises ``UsageError`` when the file cannot be opened.
    """

    def __init__(self, options: Options, lines: bool = False) -> None:
        self._handler: logging.Handler
        if options.log_file is None:
            self._handler = logging.StreamHandler()
        else:
            try:
                self._handler = LogFile(options.log_file)
            except OSError as error:
                raise UsageError(
                    f"cannot write the log to {options.log_file}: {reason(error)}; "
                    "choose another --log-file"
                ) from None
        several = options.workers > 1
        self._handler.setFormatter(
            Json(several)
            if options.log_format == "json"
            else Text(several and options.log_level == "debug")
        )
        self._before = log.level, log.propagate
        level = logging.getLevelNamesMapping()[options.log_level.upper()]
        log.setLevel(min(level, logging.INFO) if lines else level)
        log.propagate = False
        log.addHandler(self._handler)

    def attach(self, server: Server) -> None:
        """Begin to listen, if anything would be written of it."""
        if log.isEnabledFor(logging.INFO):
            server.observers.append(self)
        server.trace = log.isEnabledFor(logging.DEBUG)

    def reopen(self) -> None:
        """Go on in a new file under the same name: the old one was moved away.

        Raises OSError when it cannot be opened; then the old one is written on.
        """
        if isinstance(self._handler, LogFile):
            self._handler.reopen()

    def close(self) -> None:
        """Close the file."""
        log.removeHandler(self._handler)
        self._handler.close()
        log.level, log.propagate = self._before

    # ------------------------------------------------------------------ events

    def session_began(self, session: Session) -> None:
        """Write the client's address."""
        _info("session began", peer=session.peer)

    def session_ended(self, session: Session) -> None:
        """Write that the session has ended."""
        _info("session ended", peer=session.peer)

    def logged_in(self, session: Session) -> None:
        """Write which user logged in."""
        _info("login", user=_user(session), peer=session.peer, tls=session.secure)

    def login_failed(self, session: Session, name: str) -> None:
        """Write which name was tried."""
        _info("login failed", user=name, peer=session.peer)

    def transferred(self, session: Session, done: Done) -> None:
        """Write which file, how much of it, in which time."""
        _info(
            done.name,
            user=_user(session),
            peer=session.peer,
            path=done.path,
            size=done.size,
            seconds=round(done.seconds, 3),
            complete=done.complete,
        )


def _user(session: Session) -> str:
    return "" if session.user is None else session.user.name


def _info(message: str, **fields: Any) -> None:
    log.info(message, extra={"fields": fields})
