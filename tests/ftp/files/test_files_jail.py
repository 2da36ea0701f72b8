"""The jail's operations, each with what it does and what it refuses."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ftp_project.files import errors
from ftp_project.files.jail import Jail


def held(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def read(jail: Jail, path: str) -> bytes:
    fd, status = jail.open_read(path)
    try:
        return os.read(fd, status.st_size)
    finally:
        os.close(fd)


def test_files_are_opened_in_the_home_and_below(jail: Jail) -> None:
    assert read(jail, "/file") == b"hello"
    assert read(jail, "/sub/deep/leaf") == b"leaf"
    assert jail.stat("/sub/deep/leaf").st_size == 4
    jail.check_directory("/")
    jail.check_directory("/sub/deep")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/none", errors.NotFoundError),
        ("/none/x", errors.NotFoundError),
        ("/file/x", errors.NotDirectoryError),
        ("/file/x/y", errors.NotDirectoryError),
        ("/sub", errors.IsDirectoryError),
        ("/", errors.IsDirectoryError),
        ("/" + "n" * 256, errors.BadNameError),
        ("/a\0b", errors.BadNameError),
        ("/a\rb", errors.BadNameError),
        ("/sub/a\nb", errors.BadNameError),
        ("/..", errors.BadNameError),
        ("/sub/../file", errors.BadNameError),
    ],
)
def test_what_cannot_be_opened(jail: Jail, path: str, error: type[errors.FileError]) -> None:
    with pytest.raises(error):
        jail.open_read(path)


def test_fifos_and_devices_are_refused_without_waiting(jail: Jail, home: Path) -> None:
    os.mkfifo(home / "fifo")
    actions: list[Callable[[str], object]] = [jail.open_read, jail.store, jail.update]
    for action in actions:
        with pytest.raises(errors.NotRegularError):
            action("/fifo")
    if os.geteuid() == 0:
        os.mknod(home / "null", 0o020666, os.makedev(1, 3))
        for action in actions:
            with pytest.raises(errors.NotRegularError):
                action("/null")


def test_directories_are_made_and_removed(jail: Jail, home: Path) -> None:
    jail.mkdir("/new")
    jail.mkdir("/new/er")
    with pytest.raises(errors.NotEmptyError):
        jail.rmdir("/new")
    with pytest.raises(errors.ExistsError):
        jail.mkdir("/new")
    with pytest.raises(errors.NotFoundError):
        jail.mkdir("/none/x")
    with pytest.raises(errors.NotDirectoryError):
        jail.rmdir("/file")
    jail.rmdir("/new/er")
    jail.rmdir("/new")
    assert not (home / "new").exists()


def test_the_home_itself_stays(jail: Jail) -> None:
    for action in (jail.rmdir, jail.unlink, lambda path: jail.chmod(path, 0)):
        with pytest.raises(errors.DeniedError):
            action("/")
    with pytest.raises(errors.DeniedError):
        jail.rename("/", "/x", replace=True)
    with pytest.raises(errors.ExistsError):
        jail.rename("/file", "/", replace=True)
    with pytest.raises(errors.ExistsError):
        jail.mkdir("/")


def test_files_are_removed_but_directories_are_not(jail: Jail, home: Path) -> None:
    jail.unlink("/file")
    assert not (home / "file").exists()
    with pytest.raises(errors.IsDirectoryError):
        jail.unlink("/sub")
    with pytest.raises(errors.NotFoundError):
        jail.unlink("/file")


def test_renaming(jail: Jail, home: Path) -> None:
    (home / "other").write_text("other")
    with pytest.raises(errors.ExistsError):
        jail.rename("/file", "/other", replace=False)
    with pytest.raises(errors.ExistsError):
        jail.rename("/file", "/sub", replace=True)
    with pytest.raises(errors.NotFoundError):
        jail.rename("/none", "/x", replace=True)
    with pytest.raises(errors.BadNameError):
        jail.rename("/sub", "/sub/deep/x", replace=True)
    jail.rename("/file", "/other", replace=True)
    assert (home / "other").read_text() == "hello"
    jail.rename("/other", "/other", replace=False)
    jail.rename("/sub/deep", "/moved", replace=False)
    assert (home / "moved" / "leaf").read_text() == "leaf"


def test_modes_and_times(jail: Jail, home: Path) -> None:
    jail.chmod("/file", 0o6751)
    assert (home / "file").stat().st_mode & 0o7777 == 0o751
    (home / "file").chmod(0)
    jail.chmod("/file", 0o640)
    assert jail.stat("/file").st_mode & 0o777 == 0o640
    jail.utime("/file", 1_500_000_000_123_456_789)
    assert (home / "file").stat().st_mtime_ns == 1_500_000_000_123_456_789
    jail.utime("/", 10**18)
    with pytest.raises(errors.BadNameError):
        jail.utime("/file", 10**30)


def test_names_that_are_not_utf_8(jail: Jail, home: Path) -> None:
    name = b"\xe4\xff".decode("utf-8", "surrogateescape")
    jail.mkdir(f"/{name}")
    assert name in held(home)
    assert name in [found for batch in jail.scan_names("/") for found in batch]
    longest = "ü" * 127
    jail.mkdir(f"/{longest}")
    jail.check_directory(f"/{longest}")


def test_a_home_that_cannot_be_opened(tmp_path: Path, home: Path) -> None:
    with pytest.raises(errors.NotFoundError):
        Jail(tmp_path / "none")
    with pytest.raises(errors.NotDirectoryError):
        Jail(home / "file")


def test_a_directory_removed_under_its_user(jail: Jail, home: Path) -> None:
    (home / "sub").rename(home / "gone")
    with pytest.raises(errors.NotFoundError):
        jail.check_directory("/sub")
    with pytest.raises(errors.NotFoundError):
        next(jail.scan("/sub"))


def test_system_errors_have_types_and_tell_no_path() -> None:
    for number, kind in [
        (errno.ENOSPC, errors.NoSpaceError),
        (errno.EDQUOT, errors.QuotaError),
        (errno.EROFS, errors.ReadOnlyError),
        (errno.EMFILE, errors.OutOfDescriptorsError),
        (errno.EIO, errors.FileError),
    ]:
        error = errors.from_os_error(OSError(number, "reason", "/srv/private"))
        assert type(error) is kind
        assert "/srv" not in str(error)
        assert str(error).endswith(".")


def test_the_systems_permissions_hold(jail: Jail, home: Path) -> None:
    (home / "sub" / "deep").chmod(0o700)
    (home / "file").chmod(0o444)
    home.chmod(0o777)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    else:
        (home / "sub" / "deep").chmod(0)
    try:
        for action in (jail.check_directory, lambda path: next(jail.scan(path))):
            with pytest.raises(errors.DeniedError):
                action("/sub/deep")
        with pytest.raises(errors.DeniedError):
            jail.store("/file")
        with pytest.raises(errors.DeniedError):
            jail.update("/file")
        assert read(jail, "/file") == b"hello"
    finally:
        os.seteuid(me)
        (home / "sub" / "deep").chmod(0o700)
