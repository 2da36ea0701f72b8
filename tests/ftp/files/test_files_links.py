"""Symbolic links, and the attacks that use them: nothing leads out of the jail."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patience import HANG

from ftp_project.files import errors
from ftp_project.files.jail import Jail

FLIPS = 1500


def held(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def read(jail: Jail, path: str) -> bytes:
    fd, status = jail.open_read(path)
    try:
        return os.read(fd, status.st_size)
    finally:
        os.close(fd)


@pytest.mark.parametrize(
    "text",
    [
        "file",
        "./file",
        "sub/../file",
        "sub/deep/../../file",
        "{home}/file",
        "{home}//sub/../file",
        "sub/up/file",
        "again",
    ],
)
def test_links_that_stay_inside_are_followed(jail: Jail, home: Path, text: str) -> None:
    (home / "sub" / "up").symlink_to("..")
    (home / "again").symlink_to("sub/up/file")
    (home / "link").symlink_to(text.format(home=home))
    assert read(jail, "/link") == b"hello"
    assert jail.stat("/link").st_size == 5
    assert jail.lstat("/link").st_mode != jail.stat("/link").st_mode
    assert read(jail, "/sub/up/sub/up/link") == b"hello"


@pytest.mark.parametrize(
    "text",
    [
        "../outside/secret",
        "{outside}/secret",
        "sub/../../outside/secret",
        "..//outside/./secret",
        "/",
        "/etc/passwd",
        "{home}x/secret",
        "../home/file",
        "..",
        "chain",
    ],
)
def test_links_that_lead_out_are_refused(jail: Jail, home: Path, outside: Path, text: str) -> None:
    (home / "chain").symlink_to("sub/out")
    (home / "sub" / "out").symlink_to("../../outside/secret")
    (home / "link").symlink_to(text.format(home=home, outside=outside))
    for action in (
        jail.open_read,
        jail.stat,
        jail.store,
        jail.update,
        jail.check_directory,
        lambda path: jail.chmod(path, 0),
        lambda path: jail.utime(path, 0),
        lambda path: jail.stat(f"{path}/x"),
        lambda path: jail.mkdir(f"{path}/x"),
        lambda path: next(jail.scan(path)),
    ):
        with pytest.raises(errors.DeniedError):
            action("/link")
    assert (outside / "secret").read_text() == "secret"
    assert held(outside) == ["secret"]


def test_loops_and_long_chains_end(jail: Jail, home: Path) -> None:
    (home / "loop").symlink_to("loop")
    (home / "ping").symlink_to("pong/x")
    (home / "pong").symlink_to("ping/x")
    (home / "c0").symlink_to("file")
    for number in range(1, 60):
        (home / f"c{number}").symlink_to(f"c{number - 1}")
    for path in ("/loop", "/ping", "/pong/x", "/c59", "/loop/x"):
        with pytest.raises(errors.NotFoundError):
            jail.stat(path)
    assert read(jail, "/c39") == b"hello"
    with pytest.raises(errors.NotFoundError):
        jail.stat("/c40")


def test_a_link_full_of_dots_costs_a_bounded_amount(
    jail: Jail, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "/".join(["d"] * 40)
    path.mkdir(parents=True)
    (path / "evil").symlink_to("/".join(["..", "d"] * 800))
    opened = 0
    real_open = os.open

    def counting(*args: object, **options: object) -> int:
        nonlocal opened
        opened += 1
        return real_open(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", counting)
    with pytest.raises(errors.NotFoundError):
        jail.check_directory(f"/{'d/' * 40}evil")
    assert opened < 3000


def test_operations_on_names_take_the_link_itself(jail: Jail, home: Path) -> None:
    (home / "link").symlink_to("file")
    jail.rename("/link", "/moved", replace=False)
    assert (home / "moved").readlink() == Path("file")
    jail.unlink("/moved")
    assert (home / "file").exists()


def test_writing_through_a_link_keeps_the_link(jail: Jail, home: Path) -> None:
    (home / "link").symlink_to("sub/deep/new")
    with jail.store("/link") as upload:
        os.write(upload.fd, b"data")
        upload.commit()
    assert (home / "link").is_symlink()
    assert (home / "sub" / "deep" / "new").read_text() == "data"


def test_made_links_are_relative_and_stay_inside(jail: Jail, home: Path) -> None:
    jail.symlink("/file", "/sub/deep/link")
    assert (home / "sub" / "deep" / "link").readlink() == Path("../../file")
    assert read(jail, "/sub/deep/link") == b"hello"
    jail.symlink("/", "/sub/root")
    assert read(jail, "/sub/root/file") == b"hello"
    jail.symlink("/not yet", "/later")
    with pytest.raises(errors.NotFoundError):
        jail.stat("/later")
    with pytest.raises(errors.ExistsError):
        jail.symlink("/file", "/later")


def test_no_link_is_followed_when_that_is_asked(home: Path) -> None:
    (home / "link").symlink_to("file")
    (home / "dir").symlink_to("sub")
    jail = Jail(home, follow_links=False)
    for path in ("/link", "/dir/deep/leaf"):
        with pytest.raises(errors.DeniedError):
            jail.open_read(path)
    assert jail.lstat("/link").st_size == 4
    jail.close()


def test_listings_tell_no_path_of_the_machine(jail: Jail, home: Path, outside: Path) -> None:
    (home / "in").symlink_to(home / "sub")
    (home / "out").symlink_to(outside)
    found = {entry.name: entry for batch in jail.scan("/") for entry in batch}
    assert found["in"].link == "/sub"
    assert found["in"].target is not None
    assert found["out"].link == "?"
    assert found["out"].target is None
    assert jail.entry("/in").link == "/sub"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(["..", ".", "", "sub", "deep", "l", "m", "file"]), max_size=6),
    st.lists(st.sampled_from(["..", ".", "sub", "deep", "l", "m", "secret", ""]), max_size=6),
)
def test_links_lead_where_the_kernel_says_or_nowhere(
    jail: Jail, home: Path, first: list[str], second: list[str]
) -> None:
    for name, parts in (("l", first), ("m", second)):
        (home / name).unlink(missing_ok=True)
        (home / name).symlink_to("/".join(parts) or ".")
    for path in ("/l", "/m/l", "/sub/deep/../../l"):
        if ".." in path:
            continue
        try:
            status = jail.stat(path)
        except errors.FileError:
            continue
        real = Path(os.path.realpath(f"{home}{path}"))
        assert real.is_relative_to(home)
        assert (status.st_dev, status.st_ino) == (real.stat().st_dev, real.stat().st_ino)


def flip(name: Path, good: Path, evil: Path, stop: threading.Event) -> None:
    """Let `name` be by turns the good thing and the link that leads out."""
    while not stop.is_set():
        name.rename(good)
        evil.rename(name)
        name.rename(evil)
        good.rename(name)


def during_flips(name: Path, target: Path, action: Callable[[], None]) -> None:
    good, evil = name.with_name("good"), name.with_name("evil")
    evil.symlink_to(target)
    stop = threading.Event()
    flipper = threading.Thread(target=flip, args=(name, good, evil, stop))
    flipper.start()
    try:
        for _ in range(FLIPS):
            action()
    finally:
        stop.set()
        flipper.join(HANG)


def test_a_directory_that_becomes_a_link_meanwhile(jail: Jail, home: Path, outside: Path) -> None:
    (home / "sub" / "secret").write_text("inside")

    def attack() -> None:
        with contextlib.suppress(errors.FileError):
            assert read(jail, "/sub/secret") == b"inside"
        try:
            with jail.store("/sub/planted") as upload:
                upload.commit()
        except errors.FileError:
            pass

    during_flips(home / "sub", outside, attack)
    assert held(outside) == ["secret"]


def test_a_file_that_becomes_a_link_meanwhile(jail: Jail, home: Path, outside: Path) -> None:
    def attack() -> None:
        with contextlib.suppress(errors.FileError):
            assert read(jail, "/file") == b"hello"
        try:
            with jail.update("/file", 0) as upload:
                os.write(upload.fd, b"hello")
        except errors.FileError:
            pass
        with contextlib.suppress(errors.FileError):
            jail.chmod("/file", 0o600)

    (outside / "secret").chmod(0o644)
    during_flips(home / "file", outside / "secret", attack)
    assert (outside / "secret").read_text() == "secret"
    assert (outside / "secret").stat().st_mode & 0o777 == 0o644
