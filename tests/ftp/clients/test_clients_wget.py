"""wget: whole trees by reading LIST, time stamps, globs, going on with a file."""

from __future__ import annotations

import os

import pytest
from samples import contents, files, hash_of, make_file, make_tree


@pytest.fixture
def wget(run, site):
    options = ["--no-verbose", "--tries", 1, "--timeout", 20, "--no-host-directories"]
    if site.tls:
        options += ["--ca-certificate", site.ca]
    url = site.login_url.replace("ftp:", "ftps:" if site.tls else "ftp:")

    def call(*words, path="", status=0):
        return run("wget", *options, *words, f"{url}{path}", status=status)

    return call


def test_fetches_a_tree(wget, site, here):
    wanted = make_tree(site.root)
    (site.root / ".hidden").write_bytes(b"hidden")
    wget("--recursive", "--level", "inf")
    assert files(contents(here)) == {**files(wanted), ".hidden": hash_of(site.root / ".hidden")}
    assert (here / "one").stat().st_mtime // 86_400 == 1_700_000_060 // 86_400  # LIST: a day


def test_goes_on_and_looks_at_times(wget, site, here):
    wanted = make_file(site.root / "f", 300_000)
    (here / "f").write_bytes((site.root / "f").read_bytes()[:100_000])
    wget("--continue", path="f")
    assert hash_of(here / "f") == wanted
    (here / "f").write_bytes(b"x" * 300_000)
    os.utime(here / "f", (2e9, 2e9))
    wget("--timestamping", path="f")  # newer here: left alone
    assert (here / "f").read_bytes() == b"x" * 300_000


@pytest.mark.parametrize("mode", ["--passive-ftp", "--no-passive-ftp"])
def test_patterns_in_both_modes(wget, site, here, mode):
    for name in ("a1", "a 2", "b1"):
        (site.root / name).write_bytes(name.encode())
    wget(mode, path="a*")
    assert (here / "a 2").read_bytes() == b"a 2"
    assert not (here / "b1").exists()
    assert "No such file" in wget(mode, path="missing", status=8)
