"""The certificate of the server: loaded once, with one sentence for what is wrong with it."""

from __future__ import annotations

import ssl
from pathlib import Path

from ftp_project.errors import UsageError, reason


def make_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Return the TLS settings of a server: TLS 1.2 or newer, with this certificate.

    ``key`` may be None when the certificate's file holds it too (PEM). Raises
    :class:`UsageError`.
    """
    for path in (certificate, key):
        if path is not None:
            try:
                path.open("rb").close()
            except OSError as error:
                raise UsageError(f"cannot read {path}: {reason(error)}") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    try:
        # An encrypted key would make OpenSSL ask at the terminal: refuse it in words.
        context.load_cert_chain(certificate, key, password=_no_password)
    except _EncryptedKeyError:
        raise UsageError(f"the key of {certificate} is encrypted: decrypt it first") from None
    except ssl.SSLError as error:
        why = (error.reason or str(error)).lower().replace("_", " ")
        files = f"{certificate}" if key is None else f"{certificate} and {key}"
        raise UsageError(f"no usable certificate and key in {files}: {why}") from None
    return context


class _EncryptedKeyError(Exception):
    pass


def _no_password() -> str:
    raise _EncryptedKeyError
