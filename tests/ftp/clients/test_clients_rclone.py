"""rclone: copy, check, sync, move and purge of trees, over several connections."""

from __future__ import annotations

import pytest
from samples import contents, hash_of, make_file, make_tree


@pytest.fixture
def rclone(run, site, tmp_path, monkeypatch):
    password = run("rclone", "obscure", site.password).strip()
    settings = tmp_path / "rclone.conf"
    settings.write_text(
        f"[site]\ntype = ftp\nhost = {site.host}\nport = {site.port}\nuser = {site.user}\n"
        f"pass = {password}\nexplicit_tls = {str(site.tls).lower()}\n"
    )
    monkeypatch.setenv("SSL_CERT_FILE", site.ca)
    options = ["--config", settings, "--retries", 1, "--low-level-retries", 1]
    return lambda *words, status=0: run("rclone", *options, *words, status=status)


def test_copies_checks_syncs_moves_and_purges(rclone, site, here):
    wanted = make_tree(here / "tree")
    rclone("copy", "--create-empty-src-dirs", "tree", "site:up/tree")
    assert contents(site.root / "up" / "tree") == wanted
    times = [int((root / "one").stat().st_mtime) for root in (here / "tree", site.root / "up/tree")]
    assert times[0] == times[1]
    rclone("check", "--size-only", "tree", "site:up/tree")
    rclone("check", "--download", "tree", "site:up/tree")
    (here / "tree" / "zero").unlink()
    make_file(here / "tree" / "new", 1000)
    rclone("sync", "--create-empty-src-dirs", "tree", "site:up/tree")
    assert contents(site.root / "up" / "tree") == contents(here / "tree")
    said = rclone("sync", "-v", "--dry-run", "tree", "site:up/tree", status=0)
    assert "Copied" not in said
    rclone("move", "site:up/tree/a dir", "site:moved/here")
    assert (site.root / "moved" / "here" / "b c").exists()
    rclone("moveto", "site:moved/here/b c", "site:single")
    rclone("sync", "site:moved", "back")
    assert contents(here / "back") == contents(site.root / "moved")
    rclone("purge", "site:up")
    rclone("delete", "site:moved")
    rclone("rmdirs", "site:moved")
    assert contents(site.root) == {"single": hash_of(here / "tree" / "a dir" / "b c")}


def test_lists_reads_a_part_and_touches(rclone, site):
    make_file(site.root / "f", 100_000)
    assert rclone("cat", "--offset", 99_990, "site:f", status=0) != ""
    rclone("touch", "-t", "2001-02-03T04:05:06", "site:f")
    assert rclone("lsf", "--format", "sp", "site:") == "100000;f\n"
    assert "2001-02-03 04:05:06" in rclone("lsl", "site:")
    rclone("copy", "site:f", "site:copy/of")
    assert hash_of(site.root / "copy" / "of" / "f") == hash_of(site.root / "f")
