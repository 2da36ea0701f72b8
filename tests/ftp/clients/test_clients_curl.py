"""curl: one file or listing per URL, in every mode, with commands before and after.

Active mode is asked for without TLS only: version 7.88 forgets TLS on the connection that it has
accepted (mended in 8.0), so no server could please it.
"""

from __future__ import annotations

import os

import pytest
from samples import hash_of, make_file

SIZES = {"empty": 0, "one": 1, "block": 1 << 16, "large": 30_000_000}


@pytest.fixture
def curl(run, site):
    options = ["--silent", "--show-error", "--max-time", 60, "--user", "anna:s3cret"]
    if site.tls:
        options += ["--ssl-reqd", "--cacert", site.ca]

    def call(*words, status=0):
        return run("curl", *options, *words, status=status)

    return call


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_uploads_and_downloads(curl, site, tmp_path, size):
    wanted = make_file(tmp_path / "up", size // 5 if site.tls else size)
    curl("--upload-file", tmp_path / "up", f"{site.url}there")
    assert hash_of(site.root / "there") == wanted
    curl("--output", tmp_path / "back", f"{site.url}there")
    assert hash_of(tmp_path / "back") == wanted


@pytest.mark.parametrize(
    ("site", "words"),
    [
        *(
            pytest.param(kind, words, id=f"{kind}{words}")
            for kind in ("plain", "tls")
            for words in ("", "--disable-epsv", "--ftp-method nocwd", "--ftp-method singlecwd")
        ),
        ("plain", "--ftp-port -"),
        ("plain", "--ftp-port - --disable-eprt"),
    ],
    indirect=["site"],
)
def test_lists_in_every_mode(curl, site, words):
    (site.root / "d" / "directory").mkdir(parents=True)
    (site.root / "d" / "file with spaces").write_bytes(b"12345")
    words = words.split()
    lines = curl(*words, f"{site.url}d/").splitlines()
    assert [line[:1] for line in lines] == ["d", "-"]
    assert lines[1].split(maxsplit=8)[4] == "5"
    assert lines[1].endswith(" file with spaces")
    names = curl(*words, "--list-only", f"{site.url}d/")
    place = "d/" if "nocwd" in words else ""  # NLST with a path names paths, as mget needs them
    assert names.splitlines() == [f"{place}directory", f"{place}file with spaces"]
    assert curl(*words, f"{site.url}d/file%20with%20spaces") == "12345"


def test_asks_for_size_and_time_only(curl, site):
    (site.root / "file").write_bytes(b"x" * 1234)
    os.utime(site.root / "file", (0, 951782399))
    head = curl("--head", f"{site.url}file")
    assert "Content-Length: 1234" in head
    assert "Last-Modified: Mon, 28 Feb 2000 23:59:59 GMT" in head


def test_resumes_a_download_and_an_upload(curl, site, tmp_path):
    wanted = make_file(tmp_path / "whole", 3_000_000)
    part = (tmp_path / "whole").read_bytes()[:1_000_000]
    (site.root / "there").write_bytes((tmp_path / "whole").read_bytes())
    (tmp_path / "half").write_bytes(part)
    curl("--continue-at", "-", "--output", tmp_path / "half", f"{site.url}there")
    assert hash_of(tmp_path / "half") == wanted
    for offset in ("1000000", "-"):
        (site.root / "there").write_bytes(part)
        curl("-C", offset, "--upload-file", tmp_path / "whole", f"{site.url}there")
        assert hash_of(site.root / "there") == wanted
    curl("--append", "--upload-file", tmp_path / "half", f"{site.url}there")
    assert (site.root / "there").stat().st_size == 6_000_000
    assert curl("--range", "1000000-1000003", f"{site.url}there", status=None) != ""


def test_converts_text_on_request(curl, site):
    (site.root / "text").write_bytes(b"one\ntwo\n")
    assert curl("--use-ascii", f"{site.url}text", status=None).split() == ["one", "two"]


def test_says_what_is_wrong(curl, site):
    curl(f"{site.url}missing", status=78)  # "remote file not found"
    curl("--user", "anna:wrong", site.url, status=67)  # "login denied"
    curl(f"{site.url}no/such/dir/", status=9)  # "access denied"


def test_sends_commands_before_and_after(curl, site, tmp_path):
    (site.root / "old").write_bytes(b"")
    commands = ["MKD made", "RNFR old", "RNTO made/new", "DELE made/new", "RMD made", "NOOP"]
    curl(*(word for command in commands for word in ("--quote", command)), site.url)
    assert list(site.root.iterdir()) == []
    (tmp_path / "f").write_bytes(b"f")
    curl("--ftp-create-dirs", "--upload-file", tmp_path / "f", f"{site.url}x/y/f")
    curl("--quote", "-DELE f", f"{site.url}x/y/")  # after the transfer, where it happened
    assert list((site.root / "x" / "y").iterdir()) == []


def test_several_at_once(curl, site, tmp_path):
    urls = []
    for number in range(8):
        (site.root / f"f{number}").write_bytes(b"%d" % number * 10_000)
        urls += ["-o", tmp_path / f"f{number}", f"{site.url}f{number}"]
    curl("--parallel", *urls)
    assert [(tmp_path / f"f{n}").read_bytes()[:1] for n in range(8)] == [
        b"%d" % n for n in range(8)
    ]
