"""The TLS settings of a client: whose certificates it believes."""

# A certificate that is not checked protects from listeners and from nobody who can answer in the
# server's place. So checking is the default, and the option that switches it off has a name that
# says so.

from __future__ import annotations

import ssl
from pathlib import Path

from ftp_project.errors import UsageError, reason
from ftp_project.loop import tls_context


def make_context(ca: Path | None, *, insecure: bool) -> ssl.SSLContext:
    """Return settings for TLS 1.2 or newer that check the server's certificate and its name.

    ``ca`` is a file of trusted certificates (PEM) in place of the system's. ``insecure`` checks
    nothing: anybody on the way can then read and change everything. Raises ``UsageError``.
    """
    try:
        context = tls_context.make_context(server_side=False, ca=ca)
    except ssl.SSLError:
        raise UsageError(f"{ca} holds no certificate in PEM form") from None
    except OSError as error:
        raise UsageError(f"cannot read {ca}: {reason(error)}") from None
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
