"""PORT, PASV, EPRT, EPSV: what is written can be read, and nothing else can."""

from __future__ import annotations

import ftplib
import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftp_project.protocol import addresses as adr
from ftp_project.protocol.errors import BadArgumentError

few = settings(max_examples=100, deadline=None)
ipv4 = st.ip_addresses(v=4).map(str)
ports = st.integers(1, 65535)


@few
@given(ipv4, ports)
def test_port_and_pasv_round_trip(host: str, port: int) -> None:
    assert adr.parse_port(adr.format_port(host, port)) == (host, port)
    text = adr.pasv_text(host, port)
    assert adr.parse_pasv_reply(text) == (host, port)
    assert ftplib.parse227(f"227 {text}") == (host, port)


@few
@given(st.ip_addresses(v=4) | st.ip_addresses(v=6), ports)
def test_eprt_round_trip(host: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> None:
    assert adr.parse_eprt(adr.format_eprt(str(host), port)) == (str(host), port)
    assert adr.parse_eprt(f"+{1 if host.version == 4 else 2}+{host}+{port}+") == (str(host), port)


@few
@given(ports)
def test_epsv_reply_round_trip(port: int) -> None:
    text = adr.epsv_text(port)
    assert f"(|||{port}|)" in text
    assert adr.parse_epsv_reply(text) == port
    assert ftplib.parse229(f"229 {text}", ("::1", 1)) == ("::1", port)


@few
@given(st.text(alphabet="0123456789,|. :x+", max_size=30))
def test_any_text_is_an_address_or_a_clear_refusal(text: str) -> None:
    for parse in (adr.parse_port, adr.parse_eprt):
        try:
            host, port = parse(text)
        except BadArgumentError:
            continue
        ipaddress.ip_address(host)
        assert 0 < port < 65536


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "256,0,0,1,1,1",
        "1,2,3,4,0,0",
        "a,2,3,4,5,6",
        "1.2.3.4,5,6",
        "-1,2,3,4,5,6",
        "1,2,3,4,5,256",
        "١,2,3,4,5,6",
    ],
)
def test_bad_port_arguments(text: str) -> None:
    with pytest.raises(BadArgumentError) as caught:
        adr.parse_port(text)
    assert caught.value.code == 501


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 501),
        ("|1|127.0.0.1|21", 501),
        ("|3|127.0.0.1|21|", 522),
        ("|1|::1|21|", 501),
        ("|2|127.0.0.1|21|", 501),
        ("|1|127.0.0.1|0|", 501),
        ("|1|127.0.0.1|65536|", 501),
        ("|x|127.0.0.1|21|", 501),
        ("|1|localhost|21|", 501),
        ("|2|fe80::1%lo|21|", 501),
        ("|1|127.0.0.1|21|x", 501),
    ],
)
def test_bad_eprt_arguments(text: str, code: int) -> None:
    with pytest.raises(BadArgumentError) as caught:
        adr.parse_eprt(text)
    assert caught.value.code == code


def test_epsv_arguments() -> None:
    asked = [adr.parse_epsv(text) for text in ("", " ", "1", "2", "all")]
    want = adr.EpsvRequest
    assert asked == [want.ANY, want.ANY, want.IPV4, want.IPV6, want.ALL]
    for text, code in (("3", 522), ("maybe", 501)):
        with pytest.raises(BadArgumentError) as caught:
            adr.parse_epsv(text)
        assert caught.value.code == code


def test_a_227_reply_without_parentheses_is_read() -> None:
    assert adr.parse_pasv_reply("Passive mode 127,0,0,1,4,0").port == 1024
    for text in ("no numbers", "(1,2,3,4,0,0)"):
        with pytest.raises(BadArgumentError):
            adr.parse_pasv_reply(text)
    for text in ("(|||0|)", "(||2121|)", "nothing"):
        with pytest.raises(BadArgumentError):
            adr.parse_epsv_reply(text)
