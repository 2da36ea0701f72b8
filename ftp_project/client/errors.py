"""What can go wrong for a client, each with one sentence for the user."""

from __future__ import annotations

import ssl

from ftp_project.errors import reason
from ftp_project.loop import TimedOut
from ftp_project.loop.tls_context import was_cut
from ftp_project.protocol.client import Reply


class ClientError(Exception):
    """A transfer or a question failed; the text says why.

    ``again`` tells whether the same attempt may succeed later.
    """

    again = False


class LocalError(ClientError):
    """A file of this machine cannot be read or written."""


class LostError(ClientError):
    """The connection broke, or nothing came in time; the session is of no more use."""

    again = True


class RefusedError(ClientError):
    """The server answered with a 4xx or 5xx reply; 4xx means "not now" (RFC 959 4.2.1)."""

    def __init__(self, reply: Reply, command: str) -> None:
        super().__init__(f"the server refused {command}: {reply.code} {printable(reply.text)}")
        self.code = reply.code
        self.again = 400 <= reply.code < 500


def network_reason(error: OSError | TimedOut) -> str:
    """Return why a connection failed, as a clause."""
    if isinstance(error, TimedOut):
        return "nothing came in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message.rstrip('.')})"
    if was_cut(error):
        return "it ended without closing the TLS layer"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({(error.reason or str(error)).lower().replace('_', ' ')})"
    return reason(error)


def printable(text: str) -> str:
    """Return ``text`` so that a terminal shows it and does not obey it.

    Names and replies come from the server, which may put escape sequences into them.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
