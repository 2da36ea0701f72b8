"""The events of a server, for those who want to know: logs, metrics, hooks.

With no observer nothing is measured and nothing is made: a quiet server pays nothing.
"""

# The pattern of lesson 10. A session does not know who wants to hear of it, and a log or a hook
# does not have to be called in ten places. The calls are plain function calls, on the loop: an
# observer that has more to do than a line or a number starts a task for it (``hooks``).

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


class Done(NamedTuple):
    """A transfer of a file that has ended. ``path`` is the virtual one, ``size`` what was moved."""

    path: str
    upload: bool
    size: int
    seconds: float
    complete: bool
    ascii: bool

    @property
    def name(self) -> str:
        """The word for it."""
        return "upload" if self.upload else "download"


class Observer:
    """Override what you want to know. Calls come on the loop: they must return at once."""

    def session_began(self, session: Session) -> None:
        """A client has connected."""

    def session_ended(self, session: Session) -> None:
        """A client has gone; its user is forgotten already."""

    def logged_in(self, session: Session) -> None:
        """A user has logged in."""

    def login_failed(self, session: Session, name: str) -> None:
        """A name and password were refused."""

    def transferred(self, session: Session, done: Done) -> None:
        """A file was moved, or not all of it."""

    def refused(self, session: Session, code: int) -> None:
        """A command was answered with a code from 400."""
