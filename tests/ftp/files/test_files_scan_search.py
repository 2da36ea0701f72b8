"""Directories in batches, searches and walks with bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftp_project.files import errors, scan
from ftp_project.files.jail import Jail
from ftp_project.files.search import search, usage, walk


def held(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_large_directory_comes_sorted_and_in_batches(jail: Jail, home: Path) -> None:
    many = home / "many"
    many.mkdir()
    for number in range(1000):
        (many / f"{number:04}").touch()
    batches = list(jail.scan("/many", batch=64))
    assert max(map(len, batches)) == 64
    found = [entry.name for batch in batches for entry in batch]
    assert found == held(many)
    assert [name for batch in jail.scan_names("/many") for name in batch] == found


def test_a_huge_directory_comes_unsorted_but_whole(
    jail: Jail, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "SORT_LIMIT", 10)
    for number in range(30):
        (home / str(number)).touch()
    batches = list(jail.scan_names("/", batch=7))
    assert max(map(len, batches)) == 7
    assert sorted(name for batch in batches for name in batch) == held(home)


def test_names_that_vanish_are_left_out(jail: Jail, home: Path) -> None:
    listing = jail.scan("/")
    assert next(listing) == []
    (home / "file").unlink()
    assert [entry.name for batch in listing for entry in batch] == ["sub"]


def test_stopping_early_closes_the_directory(jail: Jail) -> None:
    listing = jail.scan("/")
    next(listing)
    listing.close()  # type: ignore[attr-defined]
    jail.scan("/")  # never started: nothing is open (the fixture counts)


def test_errors_come_with_the_first_batch(jail: Jail) -> None:
    for path, error in (("/none", errors.NotFoundError), ("/file", errors.NotDirectoryError)):
        with pytest.raises(error):
            next(jail.scan(path))


def test_a_search_by_patterns(jail: Jail, home: Path) -> None:
    for name in ("a.txt", "b.txt", "c.dat"):
        (home / "sub" / "deep" / name).touch()
    (home / "sub" / "flat").mkdir()
    (home / "sub" / "flat" / "d.txt").touch()

    def found(*steps: object) -> list[str]:
        return [path for batch in search(jail, "/", steps) for path in batch]  # type: ignore[arg-type]

    def is_text(name: str) -> bool:
        return name.endswith(".txt")

    def is_any(name: str) -> bool:
        return True

    assert found("sub", is_any, is_text) == [
        "/sub/deep/a.txt",
        "/sub/deep/b.txt",
        "/sub/flat/d.txt",
    ]
    assert found("sub", is_any, "a.txt") == ["/sub/deep/a.txt"]
    assert found("sub") == ["/sub"]
    assert found("none") == []
    assert found("none", is_any) == []
    assert found(is_any) == ["/file", "/sub"]
    with pytest.raises(errors.TooManyError):
        list(search(jail, "/", [is_any, is_any, is_any], limit=2))


def test_a_walk_and_its_bound(jail: Jail, home: Path) -> None:
    (home / "sub" / "loop").symlink_to("..")
    seen = dict.fromkeys(path for path, _ in walk(jail, "/"))
    assert list(seen) == ["/", "/sub", "/sub/deep"]
    with pytest.raises(errors.TooManyError):
        list(walk(jail, "/", limit=2))
    with pytest.raises(errors.NotFoundError):
        list(walk(jail, "/none"))


def test_usage_is_the_sum_of_the_files(jail: Jail, home: Path) -> None:
    (home / "link").symlink_to("file")
    assert list(usage(jail))[-1] == len("hello") + len("leaf")
