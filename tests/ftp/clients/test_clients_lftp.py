"""lftp: sessions with pipelined commands, resume, mirror both ways with five transfers at once."""

from __future__ import annotations

import pytest
from samples import contents, hash_of, make_file, make_tree

SIZES = {"empty": 0, "one": 1, "block": 1 << 16, "large": 30_000_000}


@pytest.fixture
def lftp(run, site):
    settings = ["net:max-retries 1", "net:timeout 20", "cmd:fail-exit yes"]
    if site.tls:
        settings += ["ftp:ssl-force yes", "ftp:ssl-protect-data yes", f"ssl:ca-file {site.ca}"]
    else:
        settings += ["ftp:ssl-allow no"]

    def call(script, *more, status=0):
        words = "; ".join(f"set {setting}" for setting in [*settings, *more])
        place = f"ftp://{site.place}"
        return run("lftp", "-u", "anna,s3cret", "-e", f"{words}; {script}; quit", place,
                   status=status)  # fmt: skip

    return call


def test_uploads_and_downloads_all_sizes_in_one_session(lftp, site, tmp_path):
    # lftp computes for seconds to deflate what cannot be made smaller: once is enough.
    mode_z, part = ("yes", 5) if site.tls else ("no", 1)
    wanted = {name: make_file(tmp_path / name, size // part) for name, size in SIZES.items()}
    puts = "; ".join(f"put {tmp_path}/{name}" for name in SIZES)
    gets = "; ".join(f"get {name} -o {tmp_path}/{name}.back" for name in SIZES)
    lftp(f"{puts}; {gets}", f"ftp:use-mode-z {mode_z}")
    assert {name: hash_of(site.root / name) for name in SIZES} == wanted
    assert {name: hash_of(tmp_path / f"{name}.back") for name in SIZES} == wanted


def test_resumes_both_ways(lftp, site, tmp_path):
    wanted = make_file(tmp_path / "whole", 3_000_000)
    part = (tmp_path / "whole").read_bytes()[:1_000_000]
    (site.root / "half").write_bytes(part)
    (tmp_path / "back").write_bytes(part)
    lftp(f"put -c {tmp_path}/whole -o half; get -c half -o {tmp_path}/back")
    assert hash_of(site.root / "half") == wanted
    assert hash_of(tmp_path / "back") == wanted


@pytest.mark.parametrize("mlsd", ["yes", "no"])
def test_mirrors_both_ways_with_five_at_once(lftp, site, tmp_path, mlsd):
    tree, back = tmp_path / "tree", tmp_path / "back"
    wanted = make_tree(tree)
    for number in range(10):
        make_file(tree / f"more{number}", 30_000)
    wanted = contents(tree)
    lftp(f"mirror -R -P 5 {tree} up; mirror -P 5 up {back}", f"ftp:use-mlsd {mlsd}")
    assert contents(site.root / "up") == wanted
    assert contents(back) == wanted
    times = {path.name: int(path.stat().st_mtime) for path in tree.rglob("*") if path.is_file()}
    up = site.root / "up"
    assert {p.name: int(p.stat().st_mtime) for p in up.rglob("*") if p.is_file()} == times
    if mlsd == "yes":  # a second mirror has nothing to do, as times and sizes agree
        said = lftp(f"mirror --dry-run up {back}; mirror -R --dry-run {tree} up")
        assert "get " not in said
        assert "put " not in said
    (tree / "more0").unlink()
    make_file(tree / "more1", 5)
    lftp(f"mirror -R -e {tree} up", f"ftp:use-mlsd {mlsd}")
    assert contents(site.root / "up") == contents(tree)


def test_manages_files(lftp, site):
    (site.root / "a").mkdir()
    (site.root / "a" / "x y").write_bytes(b"12345")
    said = lftp("cls -l a; mv 'a/x y' b; chmod 600 b; mkdir -p p/q; rmdir p/q; du -b b; cat b")
    assert "x y" in said
    assert "12345" in said
    assert (site.root / "b").stat().st_mode & 0o777 == 0o600
    lftp("rm b; rm -r a p")
    assert list(site.root.iterdir()) == []


def test_gets_one_file_in_pieces(lftp, site, tmp_path):
    wanted = make_file(site.root / "large", 20_000_000)
    lftp(f"pget -n 4 large -o {tmp_path}/large")
    assert hash_of(tmp_path / "large") == wanted


def test_says_what_is_wrong(lftp, site):
    assert "550" in lftp("get missing", status=1)
