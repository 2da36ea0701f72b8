"""``cert``: a certificate of one's own, for trying TLS out."""

from __future__ import annotations

import datetime
import ipaddress
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ftp_project import called_as
from ftp_project.errors import UsageError, reason

if TYPE_CHECKING:
    from cryptography import x509


def cert(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Host names and addresses of the server; without any, this machine's.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where certificate and key are written.")
    ] = Path("ftp_project.pem"),
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 365,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Make a self-signed certificate, for trying TLS out.

    Clients cannot know whose it is: they must be told to trust this file. For a server that
    others use, get a certificate from an authority.
    """
    if out.exists() and not force:
        raise UsageError(f"{out} exists already: name another --out, or add --force")
    shown = names or ["localhost", "127.0.0.1", "::1", socket.gethostname()]
    text = self_signed(list(dict.fromkeys(shown)), days)
    from ftp_project.accounts.users_edit import replace_file

    try:
        if out.exists():
            out.chmod(0o600)  # replacing keeps the mode, and this file holds a key
        replace_file(out, text)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {reason(error)}") from None
    address = f"ftp://NAME:PASSWORD@{shown[0]}:2121/"
    print(
        f"Certificate for {', '.join(shown)} and its key written to {out}\n"
        f"Serve with: --tls-cert {out}\n"
        f"Try: {called_as.command('ls', '--tls', '--ca', str(out), address)}\n"
        f"or:  curl --ssl-reqd --cacert {out} {address}"
    )


def self_signed(names: list[str], days: int) -> str:
    """Return a new key and a certificate for ``names``, in PEM form.

    Raises ``UsageError`` for a name that is neither a host name nor an address.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    alternatives = x509.SubjectAlternativeName([_name(name) for name in names])
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # an hour back: the clocks of clients differ
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return (secret + certificate.public_bytes(serialization.Encoding.PEM)).decode()


def _name(text: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        if not text or " " in text:
            raise ValueError
        return x509.DNSName(text.encode("idna").decode())
    except ValueError:
        raise UsageError(
            f"{text!r} is no host name and no address: write ftp.example.org or 192.0.2.1"
        ) from None
