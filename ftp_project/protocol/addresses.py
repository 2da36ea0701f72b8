"""Parse and format the addresses of data connections.

Sources: RFC 959 4.1.2 and 5.3.2 (PORT, PASV), RFC 2428 (EPRT, EPSV).
"""

# int() takes "١٢", "1_0", " 5 " and a million digits. What comes from a client is therefore checked
# to be a short run of ASCII digits before it is converted.

from __future__ import annotations

import ipaddress
import re
from enum import Enum
from typing import Final, NamedTuple

from ftp_project.protocol.errors import BadArgumentError

#: RFC 2428's protocol number for IPv4
IPV4: Final = 1
#: RFC 2428's protocol number for IPv6
IPV6: Final = 2

_FAMILIES: Final[dict[str, type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]]] = {
    "1": ipaddress.IPv4Address,
    "2": ipaddress.IPv6Address,
}
_SIX_NUMBERS = re.compile(r"\s*(\d{1,3}(?:\s*,\s*\d{1,3}){5})\s*", re.ASCII)
_PASV_NUMBERS = re.compile(r"(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})", re.ASCII)
_EPSV_REPLY = re.compile(r"\(([\x21-\x7e])\1\1(\d{1,5})\1\)", re.ASCII)


class Address(NamedTuple):
    """A host in numbers and a TCP port."""

    host: str
    port: int


class EpsvRequest(Enum):
    """What an EPSV argument asks for (RFC 2428 3)."""

    ANY = 0
    IPV4 = 1
    IPV6 = 2
    ALL = 3


def parse_port(argument: str) -> Address:
    """Read PORT's ``h1,h2,h3,h4,p1,p2``; raises BadArgumentError (501)."""
    match = _SIX_NUMBERS.fullmatch(argument)
    if match is None:
        raise BadArgumentError("PORT needs six numbers: h1,h2,h3,h4,p1,p2.")
    return _from_numbers([int(number) for number in match[1].split(",")])


def format_port(host: str, port: int) -> str:
    """Write an IPv4 address as PORT's argument: ``127,0,0,1,8,73``."""
    return f"{host.replace('.', ',')},{port >> 8},{port & 255}"


def pasv_text(host: str, port: int) -> str:
    """Write the text of reply 227; clients look for the parentheses (RFC 1123 4.1.2.6)."""
    return f"Entering Passive Mode ({format_port(host, port)})."


def parse_pasv_reply(text: str) -> Address:
    """Find the address in a 227 reply, with or without parentheses (RFC 1123 4.1.2.6)."""
    match = _PASV_NUMBERS.search(text)
    if match is None:
        raise BadArgumentError("The 227 reply names no address.")
    return _from_numbers([int(number) for number in match.groups()])


def parse_eprt(argument: str) -> Address:
    """Read EPRT's ``|1|127.0.0.1|2121|``, with any delimiter (RFC 2428 2).

    Raises BadArgumentError: 522 for an unknown protocol number, else 501.
    """
    delimiter = argument[:1]
    if not ("\x21" <= delimiter <= "\x7e"):
        raise BadArgumentError("EPRT needs |protocol|address|port|.")
    fields = argument.split(delimiter)
    if len(fields) != 5 or fields[0] or fields[4]:
        raise BadArgumentError("EPRT needs |protocol|address|port|.")
    _, protocol, host, port, _ = fields
    if not _is_number(protocol):
        raise BadArgumentError("EPRT needs |protocol|address|port|.")
    if protocol not in _FAMILIES:
        raise BadArgumentError("Network protocol not supported, use (1,2).", 522)
    try:
        if "%" in host:  # a scope means nothing on another machine
            raise ValueError
        address = _FAMILIES[protocol](host)
    except ValueError:
        raise BadArgumentError("EPRT: the address does not fit the protocol.") from None
    if not _is_number(port) or not 0 < int(port) < 65536:
        raise BadArgumentError("EPRT: the port must lie between 1 and 65535.")
    return Address(str(address), int(port))


def format_eprt(host: str, port: int) -> str:
    """Write an IPv4 or IPv6 address as EPRT's argument: ``|2|::1|2121|``."""
    return f"|{IPV6 if ':' in host else IPV4}|{host}|{port}|"


def parse_epsv(argument: str) -> EpsvRequest:
    """Read EPSV's argument: nothing, a protocol number, or ALL (RFC 2428 3).

    Raises BadArgumentError: 522 for an unknown protocol number, 501 for anything else.
    """
    word = argument.strip().upper()
    if not word:
        return EpsvRequest.ANY
    if word == "ALL":
        return EpsvRequest.ALL
    if word == "1":
        return EpsvRequest.IPV4
    if word == "2":
        return EpsvRequest.IPV6
    if _is_number(word):
        raise BadArgumentError("Network protocol not supported, use (1,2).", 522)
    raise BadArgumentError("EPSV takes 1, 2, ALL or nothing.")


def epsv_text(port: int) -> str:
    """Write the text of reply 229; ``(|||port|)`` must stand exactly so (RFC 2428 3)."""
    return f"Entering Extended Passive Mode (|||{port}|)."


def parse_epsv_reply(text: str) -> int:
    """Find the port in a 229 reply; raises BadArgumentError when there is none."""
    match = _EPSV_REPLY.search(text)
    if match is None or not 0 < int(match[2]) < 65536:
        raise BadArgumentError("The 229 reply names no port.")
    return int(match[2])


def _from_numbers(numbers: list[int]) -> Address:
    if max(numbers) > 255:
        raise BadArgumentError("Each of the six numbers must be at most 255.")
    port = numbers[4] << 8 | numbers[5]
    if not port:
        raise BadArgumentError("Port 0 cannot be connected to.")
    return Address(".".join(map(str, numbers[:4])), port)


def _is_number(text: str) -> bool:
    """Tell whether ``text`` is a short run of ASCII digits (int() takes much more)."""
    return text.isascii() and text.isdigit() and len(text) <= 10
