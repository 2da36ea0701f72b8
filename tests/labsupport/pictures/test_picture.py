from __future__ import annotations

import base64
import doctest
import re

import pytest

import labsupport.pictures.picture
from labsupport.pictures.picture import Picture

PICTURE = Picture("<svg>é</svg>", alt='two "bars"\n& <one> gap', text="two bars, one gap")


def test_a_notebook_gets_an_image_with_its_description_and_tests_get_the_text():
    html = PICTURE._repr_html_()
    found = re.fullmatch(
        r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)">', html
    )
    assert found
    assert found[1] == "two &quot;bars&quot; &amp; &lt;one&gt; gap"
    assert base64.b64decode(found[2]).decode() == PICTURE.svg
    assert repr(PICTURE) == "two bars, one gap"


@pytest.mark.parametrize(
    ("svg", "alt", "text", "sentence"),
    [
        ("<html>", "a", "t", "begins with <svg"),
        ("<svg>", " ", "t", "alt="),
        ("<svg>", "a", "", "text="),
    ],
)
def test_a_picture_without_a_description_is_refused(svg, alt, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        Picture(svg, alt, text)


def test_saving_writes_the_whole_document_or_nothing(tmp_path):
    target = tmp_path / "lanes.svg"
    target.write_text("old")
    assert PICTURE.save(target) == target
    assert target.read_text(encoding="utf-8") == PICTURE.svg
    with pytest.raises(ValueError, match=r"name the file \*.svg"):
        PICTURE.save(tmp_path / "lanes.png")
    with pytest.raises(FileNotFoundError, match="make it first"):
        PICTURE.save(tmp_path / "missing" / "lanes.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(OSError, match="folder"):
        PICTURE.save(tmp_path / "folder.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.svg", "lanes.svg"]


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(labsupport.pictures.picture).failed == 0
