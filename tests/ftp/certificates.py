"""Certificates for tests: an authority of our own, and a server's certificate from it."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

import trustme


class Certificates:
    """Files in PEM form: ``ca``, and ``server`` (certificate and key) for the loopback names."""

    def __init__(self, folder: Path) -> None:
        authority = _authority()
        self.ca = folder / "ca.pem"
        self.server = folder / "server.pem"
        authority.cert_pem.write_to_path(self.ca)
        _certificate().private_key_and_cert_chain_pem.write_to_path(self.server)


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


@cache
def _certificate() -> trustme.LeafCert:
    return _authority().issue_cert("localhost", "127.0.0.1", "::1")


def client_context(ca: Path | str | None = None) -> ssl.SSLContext:
    """Return the settings of a test's client, on every Python: it believes no connection cut short.

    Early releases of 3.11 do (https://github.com/python/cpython/issues/95494), so every client of
    the tests that speaks TLS takes its settings from here.
    """
    context = ssl.create_default_context(cafile=ca)
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    return context
