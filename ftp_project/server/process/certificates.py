"""The certificate of the server: loaded once, with one sentence for what is wrong with it."""

# TLS 1.2 is the oldest version that is not broken (RFC 8996). Renegotiation lets a client make the
# server compute without end, and compression under TLS tells what it hides by how long it is
# (CRIME, 2012); both are off.

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

from ftp_project.errors import UsageError, reason
from ftp_project.loop import tls_context


def make_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Return the TLS settings of a server: TLS 1.2 or newer, with this certificate.

    ``key`` may be None when the certificate's file holds it too (PEM). Raises
    ``UsageError``.
    """
    for path in (certificate, key):
        if path is not None:
            try:
                path.open("rb").close()
            except OSError as error:
                raise UsageError(f"cannot read {path}: {reason(error)}") from None
    context = tls_context.make_context(server_side=True)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    try:
        # An encrypted key would make OpenSSL ask at the terminal: refuse it in words.
        context.load_cert_chain(certificate, key, password=_no_password)
    except _EncryptedKeyError:
        raise UsageError(f"the key of {certificate} is encrypted: decrypt it first") from None
    except ssl.SSLError as error:
        # OpenSSL gives no reason when there is no block of PEM to begin with.
        why = error.reason or "one of the two is missing, or not in PEM form"
        why = why.lower().replace("pem", "PEM").replace("_", " ")
        files = f"{certificate}" if key is None else f"{certificate} and {key}"
        raise UsageError(f"no usable certificate and key in {files}: {why}") from None
    _check_dates(certificate)
    return context


def _check_dates(certificate: Path) -> None:
    """Raise UsageError for a certificate that every client would refuse today."""
    from cryptography import x509  # takes a while to import: only servers with TLS need it

    try:
        first = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        begins, ends = first.not_valid_before_utc, first.not_valid_after_utc
    except (ValueError, OSError):  # OpenSSL could read it, so let the clients judge
        return
    now = datetime.datetime.now(datetime.UTC)
    if now > ends:
        raise UsageError(f"the certificate in {certificate} expired on {ends:%Y-%m-%d}: renew it")
    if now < begins:
        raise UsageError(
            f"the certificate in {certificate} is not valid before {begins:%Y-%m-%d %H:%M} UTC: "
            "use another one, or set this machine's clock"
        )


class _EncryptedKeyError(Exception):
    pass


def _no_password() -> str:
    raise _EncryptedKeyError
