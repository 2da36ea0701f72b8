"""The picture of an upload behind a balancer says where each connection ended, and draws it."""

from __future__ import annotations

import doctest
import xml.etree.ElementTree as ET

import pytest

import labsupport.exhibits.cluster.balancer_picture
from labsupport.exhibits.cluster.balancer_picture import Upload, show_uploads

SVG = "{http://www.w3.org/2000/svg}"
STRAIGHT = Upload("one address", "A", "server")
REFUSED = Upload("two addresses", "B", "nobody")
RELAYED = Upload("it reads the replies", "B", "balancer")


def drawn(*uploads: Upload) -> ET.Element:
    return ET.fromstring(show_uploads(uploads, alt="rows", title="Ways <b>", claim="two").svg)


def heads(picture: ET.Element, css: str) -> int:
    """Count the arrows of one series: control (c0) or data (c1)."""
    return sum(path.get("class") == css for path in picture.iter(f"{SVG}path"))


def test_the_text_form_says_the_way_of_each_upload() -> None:
    text = show_uploads([STRAIGHT, REFUSED, RELAYED], alt="rows", title="Ways").text
    assert text.splitlines() == [
        "Ways",
        "  one address: data straight to server A, past the balancer",
        "  two addresses: data to the balancer's address, where nobody listens",
        "  it reads the replies: data through the balancer to server B",
    ]


@pytest.mark.parametrize(("upload", "data"), [(STRAIGHT, 1), (REFUSED, 1), (RELAYED, 2)])
def test_control_goes_by_the_balancer_and_data_as_it_was_seen(upload: Upload, data: int) -> None:
    picture = drawn(upload)
    assert heads(picture, "c0") == 2
    assert heads(picture, "c1") == data
    crossed = sum("l4" in (line.get("class") or "") for line in picture.iter(f"{SVG}line"))
    assert bool(crossed) == (upload.data == "nobody")
    idle = [box for box in picture.iter(f"{SVG}rect") if box.get("class") == "dashed"]
    assert len(idle) == 1


def test_each_upload_has_a_row_with_its_words() -> None:
    words = [text.text for text in drawn(STRAIGHT, REFUSED, RELAYED).iter(f"{SVG}text")]
    assert words.count("client") == words.count("balancer") == words.count("server A") == 3
    assert {"Ways <b>", "one address", "two addresses"} <= set(words)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one upload"):
        show_uploads([], alt="nothing")
    with pytest.raises(ValueError, match="the server is 'A' or 'B', not 'C'"):
        Upload("somewhere", "C", "server")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="data is one of server, nobody, balancer, not 'moon'"):
        Upload("somewhere", "A", "moon")  # type: ignore[arg-type]


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(labsupport.exhibits.cluster.balancer_picture).failed == 0
