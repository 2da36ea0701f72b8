"""The TLS settings that both ends start from: a connection that was cut is an error.

Anybody on the way can end a TCP connection, only the peer can say that its data is complete
(close_notify, RFC 8446 6.1). With OpenSSL 3 the ``ssl`` module of early releases of Python 3.11
(3.11.2 is one) took one for the other: a new context had ``OP_IGNORE_UNEXPECTED_EOF``, and where
that was cleared the error had no class of its own
(https://github.com/python/cpython/issues/95494, SSL_CTX_set_options(3)).
"""

from __future__ import annotations

import ssl
from pathlib import Path


def make_context(*, server_side: bool, ca: Path | None = None) -> ssl.SSLContext:
    """Return settings for TLS 1.2 or newer under which a connection that was cut is an error.

    A server's know no certificate yet. A client's check the peer's certificate and name against
    ``ca``, a file in PEM form, or against the system's authorities.

    Raises ssl.SSLError for a ``ca`` without a certificate, OSError for one that cannot be read.
    """
    if server_side:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    else:
        context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL 1.1.1 has no such option: there a cut has always been an error.
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    return context


def was_cut(error: BaseException) -> bool:
    """Tell whether ``error`` says that the peer went away without close_notify."""
    return isinstance(error, ssl.SSLEOFError) or (
        isinstance(error, ssl.SSLError)
        and getattr(error, "reason", "") == "UNEXPECTED_EOF_WHILE_READING"
    )
