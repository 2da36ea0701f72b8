"""curl and lftp, as people use them: list, download, upload, resume, rename, remove, mirror."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

USER = ("--user", "anna:s3cret")
SIZES = {"empty": 0, "one": 1, "block": 1 << 16, "large": 100_000_000}


@pytest.fixture
def curl(tool, server):
    def run(*arguments, ok=True):
        done = tool("curl", "--silent", "--show-error", "--max-time", "60", *USER, *arguments)
        assert not ok or done.returncode == 0, done.stderr.decode()
        return done

    return run


@pytest.fixture
def lftp(tool, server):
    def run(script):
        settings = "set net:max-retries 1; set net:timeout 20; set cmd:fail-exit yes;"
        done = tool(
            "lftp", "-u", "anna,s3cret", "-e", f"{settings} {script}; quit", server.url.rstrip("/")
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    return run


def make_file(path: Path, size: int) -> str:
    """Write a file without a repeating block, return its hash."""
    block = os.urandom(1 << 16)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(0, size, len(block)):
            piece = number.to_bytes(8) + block[8 : size - number]
            file.write(piece[: size - number])
            digest.update(piece[: size - number])
    assert path.stat().st_size == size
    return digest.hexdigest()


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_curl_uploads_and_downloads(curl, server, tmp_path, size):
    wanted = make_file(tmp_path / "here", size)
    curl("--upload-file", str(tmp_path / "here"), f"{server.url}there")
    assert hash_of(server.root / "there") == wanted
    curl("--output", str(tmp_path / "back"), f"{server.url}there")
    assert hash_of(tmp_path / "back") == wanted
    server.wait_idle()


def test_lftp_uploads_and_downloads_all_sizes_in_one_session(lftp, server, tmp_path):
    wanted = {name: make_file(tmp_path / name, size) for name, size in SIZES.items()}
    puts = "; ".join(f"put {tmp_path}/{name}" for name in SIZES)
    gets = "; ".join(f"get {name} -o {tmp_path}/{name}.back" for name in SIZES)
    lftp(f"{puts}; {gets}")
    assert {name: hash_of(server.root / name) for name in SIZES} == wanted
    assert {name: hash_of(tmp_path / f"{name}.back") for name in SIZES} == wanted


def test_curl_lists_in_every_mode(curl, server):
    (server.root / "file with spaces").write_bytes(b"12345")
    (server.root / "directory").mkdir()
    for mode in ([], ["--disable-epsv"]):
        lines = curl(*mode, server.url).stdout.decode().splitlines()
        assert [line[:1] for line in lines] == ["d", "-"]
        assert lines[1].split(maxsplit=8)[4] == "5"
        assert lines[1].endswith(" file with spaces")
        names = curl(*mode, "--list-only", server.url).stdout.decode()
        assert names.split() == ["directory", "file", "with", "spaces"]


def test_curl_asks_for_size_and_time_only(curl, server):
    (server.root / "file").write_bytes(b"x" * 1234)
    os.utime(server.root / "file", (0, 951782399))
    head = curl("--head", f"{server.url}file").stdout.decode()
    assert "Content-Length: 1234" in head
    assert "Last-Modified: Mon, 28 Feb 2000 23:59:59 GMT" in head


def test_curl_resumes_a_download_and_an_upload(curl, server, tmp_path):
    wanted = make_file(tmp_path / "whole", 3_000_000)
    part = (tmp_path / "whole").read_bytes()[:1_000_000]
    (server.root / "there").write_bytes((tmp_path / "whole").read_bytes())
    (tmp_path / "half").write_bytes(part)
    curl("--continue-at", "-", "--output", str(tmp_path / "half"), f"{server.url}there")
    assert hash_of(tmp_path / "half") == wanted
    (server.root / "there").write_bytes(part)
    (tmp_path / "log").touch()
    curl("--continue-at", "1000000", "--upload-file", str(tmp_path / "whole"), f"{server.url}there")
    assert hash_of(server.root / "there") == wanted


def test_lftp_resumes_both_ways(lftp, server, tmp_path):
    wanted = make_file(tmp_path / "whole", 3_000_000)
    part = (tmp_path / "whole").read_bytes()[:1_000_000]
    (server.root / "half").write_bytes(part)
    lftp(f"put -c {tmp_path}/whole -o half")
    assert hash_of(server.root / "half") == wanted
    (tmp_path / "back").write_bytes(part)
    lftp(f"get -c half -o {tmp_path}/back")
    assert hash_of(tmp_path / "back") == wanted


def test_curl_says_what_is_wrong(curl, server):
    assert curl(f"{server.url}missing", ok=False).returncode == 78  # "remote file not found"
    wrong = curl("--user", "anna:wrong", server.url, ok=False)
    assert wrong.returncode == 67  # "login denied"


def test_curl_sends_commands_before_and_after(curl, server):
    (server.root / "old").write_bytes(b"")
    commands = ["MKD made", "RNFR old", "RNTO made/new", "DELE made/new", "RMD made", "NOOP"]
    options = [word for command in commands for word in ("--quote", command)]
    curl(*options, server.url)
    assert list(server.root.iterdir()) == []


def test_lftp_manages_and_mirrors_a_tree(lftp, server, tmp_path):
    tree = tmp_path / "tree"
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "empty").mkdir()
    hashes = {}
    for number in range(12):
        path = tree / ("a/b" if number % 2 else "a") / f"täglich {number}"
        hashes[path.relative_to(tree)] = make_file(path, number * 1000)
    lftp(f"mirror -R {tree} up; mv up/a up/c; mkdir -p x/y; rmdir x/y; mirror up {tmp_path}/down")
    down = {
        Path("a", *path.relative_to(tmp_path / "down").parts[1:]): hash_of(path)
        for path in (tmp_path / "down").rglob("*")
        if path.is_file()
    }
    assert down == hashes
    assert (tmp_path / "down" / "empty").is_dir()
    lftp("rm -r up; rm -rf x")
    assert list(server.root.iterdir()) == []
    server.wait_idle()
