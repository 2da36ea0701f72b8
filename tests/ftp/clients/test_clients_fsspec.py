"""fsspec's FTP file system, as data programs use it."""

from __future__ import annotations

import pytest
from fsspec.implementations.ftp import FTPFileSystem
from patience import HANG
from samples import contents, hash_of, make_file, make_tree


@pytest.fixture
def system(site, here):
    made = FTPFileSystem(
        site.host, port=site.port, username=site.user, password=site.password, tls=site.tls,
        timeout=HANG, skip_instance_cache=True,
    )  # fmt: skip
    if site.tls:
        made.ftp.prot_p()
    yield made
    made.ftp.close()


def test_a_tree_and_single_files(system, site, here):
    wanted = make_tree(here / "tree")
    system.put("tree", "/up", recursive=True)
    assert contents(site.root / "up") == wanted
    system.get("/up", "back", recursive=True)
    assert contents(here / "back") == wanted
    assert sorted(system.ls("/up", detail=False)) == ["a dir", "empty", "one", "zero"]
    assert system.info("/up/one")["size"] == 20_000
    assert system.isdir("/up/empty")
    assert "/up/a dir/deep/x.bin" in system.find("/up")
    system.mv("/up/one", "/two")
    assert not system.exists("/up/one")
    system.makedirs("/x/y/z", exist_ok=True)
    system.rmdir("/x/y/z")
    system.rm("/up", recursive=True)
    assert contents(site.root)["two"] == wanted["one"]


def test_reading_in_the_middle_and_writing_in_blocks(system, site):
    wanted = make_file(site.root / "large", 6_000_000)
    with system.open("/large", "rb", block_size=1 << 20) as file:
        file.seek(5_000_000)
        assert file.read(100) == (site.root / "large").read_bytes()[5_000_000:5_000_100]
        file.seek(0)
        data = file.read()
    with system.open("/copy", "wb", block_size=1 << 20) as file:
        for start in range(0, len(data), 700_000):
            file.write(data[start : start + 700_000])
    assert hash_of(site.root / "copy") == wanted
