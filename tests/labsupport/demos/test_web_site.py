"""The web site of lesson 08 is as slow, as broken and as well counted as an address asks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import IncompleteRead
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from labsupport.demos.web_site import PLACES, page
from labsupport.network.servers import RunningServer, running_server


@pytest.fixture
def site() -> Iterator[RunningServer]:
    with running_server("web_site") as running:
        yield running


def get(site: RunningServer, path: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{site.port}/{path}", timeout=20) as answer:
        body: bytes = answer.read()
    return body


def test_pages_have_a_realistic_size_and_link_to_each_other(site: RunningServer) -> None:
    for place in PLACES:
        body = get(site, place)
        assert body == page(place)
        assert 30_000 < len(body) < 75_000
        assert all(f"href='/{other}'".encode() in body for other in PLACES)
    assert b"href='/harbour'" in get(site, "")


def test_a_delay_and_a_drip_take_their_time(site: RunningServer) -> None:
    for path in ("harbour?delay=0.2", "harbour?drip=0.02"):
        begun = time.monotonic()
        assert get(site, path) == page("harbour")
        assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("harbour?status=503", 503),
        ("nowhere", 404),
        ("harbour?delay=soon", 400),
        ("harbour?delay=11", 400),
        ("harbour?status=99", 400),
        ("go?to=http://elsewhere", 400),
        ("loop", 302),
    ],
)
def test_errors_have_their_status(site: RunningServer, path: str, status: int) -> None:
    with pytest.raises(HTTPError) as error:
        get(site, path)
    assert error.value.code == status
    error.value.close()


def test_a_redirect_leads_to_its_page_and_a_cut_ends_in_the_middle(site: RunningServer) -> None:
    assert get(site, "go?to=/museum") == page("museum")
    with pytest.raises(IncompleteRead) as error:
        get(site, "museum?cut=1")
    assert len(error.value.partial) == len(page("museum")) // 2


def test_it_counts_its_visitors_and_lets_them_meet(site: RunningServer) -> None:
    get(site, "bridge")
    assert json.loads(get(site, "visitors")) == {"all": 1, "most": 1}
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(lambda _: get(site, "bridge?meet=4"), range(4)))
    assert json.loads(get(site, "visitors")) == {"all": 5, "most": 4}
    # Nobody else comes: disappointed once, it does not make the next ones wait.
    for _ in range(3):
        assert get(site, "bridge?meet=9") == page("bridge")


def test_a_reader_who_leaves_disturbs_nobody_and_it_ends_with_a_word(site: RunningServer) -> None:
    for _ in range(3):
        urlopen(f"http://127.0.0.1:{site.port}/harbour?drip=0.01").close()
    assert get(site, "harbour") == page("harbour")
    site.stop()
    assert site.log == [f"listening on 127.0.0.1:{site.port}", "stopped"]
