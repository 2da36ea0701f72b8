"""Uploads appear complete or not at all; writing in place has one writer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

from ftp_project.files import errors, names
from ftp_project.files.jail import Jail


def held(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def listed(jail: Jail, path: str = "/") -> list[str]:
    return [name for batch in jail.scan_names(path) for name in batch]


def test_an_upload_appears_when_it_is_committed(jail: Jail, home: Path) -> None:
    with jail.store("/sub/new") as upload:
        os.write(upload.fd, b"data")
        assert not (home / "sub" / "new").exists()
        assert listed(jail, "/sub") == ["deep"]
        upload.commit()
    assert (home / "sub" / "new").read_text() == "data"
    assert held(home / "sub") == ["deep", "new"]


def test_an_aborted_upload_leaves_the_old_file_and_nothing_else(jail: Jail, home: Path) -> None:
    with jail.store("/file") as upload:
        os.write(upload.fd, b"half")
    upload.abort()
    assert (home / "file").read_text() == "hello"
    assert held(home) == ["file", "sub"]


def test_a_replaced_file_passes_on_its_permissions(jail: Jail, home: Path) -> None:
    (home / "file").chmod(0o600)
    with jail.store("/file") as upload:
        upload.commit()
    assert (home / "file").stat().st_mode & 0o777 == 0o600
    assert (home / "file").read_bytes() == b""


def test_the_temporary_name_is_out_of_reach(jail: Jail, home: Path) -> None:
    with jail.store("/new"):
        (temporary,) = (name for name in held(home) if name.startswith("."))
        for path in (f"/{temporary}", f"/{temporary}/x", f"/sub/{names.TEMPORARY_PREFIX}"):
            for action in (jail.open_read, jail.unlink, jail.store, jail.lstat):
                with pytest.raises(errors.BadNameError):
                    action(path)
        assert temporary not in listed(jail)
    assert len({names.temporary() for _ in range(50)}) == 50


def test_a_planted_temporary_name_is_not_written_through(
    jail: Jail, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "temporary", lambda: "planted")
    (home / "planted").symlink_to("file")
    with pytest.raises(errors.ExistsError):
        jail.store("/new")
    (home / "planted").unlink()
    (home / "planted").write_text("theirs")
    with pytest.raises(errors.ExistsError):
        jail.store("/new")
    assert (home / "planted").read_text() == "theirs"


def test_leftovers_of_a_killed_server_are_removed_and_living_uploads_are_not(
    jail: Jail, home: Path
) -> None:
    program = (
        "import os, signal, sys; from ftp_project.files.jail import Jail\n"
        "upload = Jail(sys.argv[1]).store('/sub/deep/new')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, home], cwd=Path(__file__).parents[3], timeout=HANG
    )
    (home / "sub" / "deep" / "leaf").unlink()
    assert len(held(home / "sub" / "deep")) == 1
    with jail.store("/sub/deep/living") as upload:
        assert jail.remove_leftovers("/sub/deep") == 1
        with pytest.raises(errors.NotEmptyError):
            jail.rmdir("/sub/deep")
        upload.commit()
    jail.unlink("/sub/deep/living")
    (home / "sub" / "deep" / names.temporary()).touch()
    jail.rmdir("/sub/deep")


def test_an_upload_taken_for_a_leftover_begins_anew(
    jail: Jail, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = names.temporary
    made: list[str] = []

    def recording() -> str:
        made.append(real())
        return made[-1]

    def sweeping(fd: int, operation: int) -> None:
        monkeypatch.undo()
        (home / made[0]).unlink()

    monkeypatch.setattr(names, "temporary", recording)
    monkeypatch.setattr("fcntl.flock", sweeping)
    with jail.store("/new") as upload:
        upload.commit()
    assert held(home) == ["file", "new", "sub"]


def test_a_unique_name_is_never_one_that_exists(
    jail: Jail, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = iter(["taken", "free"])
    monkeypatch.setattr("secrets.token_hex", lambda size: next(tokens))
    names.temporary()  # fetches its own random part, if it has none yet
    tokens = iter(["taken", "free"])
    (home / "upload.taken").write_text("old")
    with jail.store_unique("/") as upload:
        assert upload.name == "upload.free"
    assert (home / "upload.taken").read_text() == "old"
    assert held(home) == ["file", "sub", "upload.taken"]


def test_a_name_taken_by_a_directory_meanwhile(jail: Jail, home: Path) -> None:
    upload = jail.store("/new")
    (home / "new").mkdir()
    with pytest.raises(errors.IsDirectoryError):
        upload.commit()
    assert held(home) == ["file", "new", "sub"]


def test_the_directory_of_an_upload_is_moved_meanwhile(jail: Jail, home: Path) -> None:
    with jail.store("/sub/deep/new") as upload:
        (home / "sub" / "deep").rename(home / "moved")
        upload.commit()
    assert (home / "moved" / "new").exists()


def test_unique_names(jail: Jail, home: Path) -> None:
    with jail.store_unique("/sub") as first, jail.store_unique("/sub", "report") as second:
        assert first.name != second.name
        assert second.name.startswith("report.")
        os.write(first.fd, b"one")
        first.commit()
    assert held(home / "sub") == sorted(["deep", first.name])
    assert (home / "sub" / first.name).read_text() == "one"
    with pytest.raises(errors.BadNameError):
        jail.store_unique("/sub", "a\nb")


def test_appending_and_going_on_from_an_offset(jail: Jail, home: Path) -> None:
    with jail.update("/file") as upload:
        assert (upload.offset, upload.in_place) == (5, True)
        os.write(upload.fd, b" world")
        upload.commit()
    assert (home / "file").read_text() == "hello world"
    with jail.update("/file", 6) as upload:
        os.write(upload.fd, b"W")
        upload.commit()
    assert (home / "file").read_text() == "hello World"
    for path, offset in (("/file", 12), ("/none", 1)):
        with pytest.raises(errors.OffsetError):
            jail.update(path, offset)
    assert not (home / "none").exists()
    with jail.update("/none") as upload:
        os.write(upload.fd, b"made")
    assert (home / "none").read_text() == "made"


def test_aborting_in_place_keeps_or_restores(jail: Jail, home: Path) -> None:
    with jail.update("/file") as upload:
        os.write(upload.fd, b"+")
    assert (home / "file").read_text() == "hello+"
    upload = jail.update("/file")
    os.write(upload.fd, b"full disk")
    upload.abort(restore=True)
    assert (home / "file").read_text() == "hello+"
    upload = jail.update("/fresh")
    upload.abort(restore=True)
    assert not (home / "fresh").exists()


def test_the_second_writer_is_told_to_wait(jail: Jail, home: Path) -> None:
    with jail.update("/file"):
        with pytest.raises(errors.BusyError):
            jail.update("/file", 0)
        program = (
            "import sys; from ftp_project.files.jail import Jail\n"
            "from ftp_project.files.errors import BusyError\n"
            "try: Jail(sys.argv[1]).update('/file')\n"
            "except BusyError: print('busy')\n"
        )
        root = Path(__file__).parents[3]
        other = subprocess.run(
            [sys.executable, "-c", program, home],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            timeout=HANG,
        )
        assert other.stdout == "busy\n"
    jail.update("/file").abort()


def test_uploads_onto_what_is_no_file(jail: Jail) -> None:
    for path in ("/", "/sub"):
        for action in (jail.store, jail.update):
            with pytest.raises(errors.IsDirectoryError):
                action(path)
    with pytest.raises(errors.NotFoundError):
        jail.store("/none/new")


def test_without_descriptors_nothing_is_left(jail: Jail, home: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = os.open(home, os.O_RDONLY)
    os.close(spare)
    try:
        # One descriptor is free: the temporary file can be opened, its directory kept no more.
        resource.setrlimit(resource.RLIMIT_NOFILE, (spare + 1, hard))
        with pytest.raises(errors.OutOfDescriptorsError):
            jail.store("/new")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert held(home) == ["file", "sub"]
