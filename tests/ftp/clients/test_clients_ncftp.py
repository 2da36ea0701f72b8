"""ncftp and its commands for scripts. It knows no TLS.

`ncftpput -z` is not asked to resume: version 3.2.6 sends REST and then the file from its
beginning, whatever the server answers.
"""

from __future__ import annotations

import pytest
from samples import contents, hash_of, make_file, make_tree


@pytest.fixture
def login(plain):
    return ["-u", plain.user, "-p", plain.password, "-P", plain.port]


def test_puts_and_gets_trees(run, plain, login, tmp_path):
    wanted = make_tree(tmp_path / "tree")
    run("ncftpput", "-R", "-m", *login, plain.host, "/up/here", tmp_path / "tree")
    assert contents(plain.root / "up" / "here" / "tree") == wanted
    times = (
        (plain.root / "up/here/tree/one").stat().st_mtime,
        (tmp_path / "tree/one").stat().st_mtime,
    )
    assert times[0] == times[1]
    (tmp_path / "back").mkdir()
    run("ncftpget", "-T", "-R", *login, plain.host, tmp_path / "back", "/up/here/tree")
    assert contents(tmp_path / "back" / "tree") == wanted


def test_active_mode_resume_and_listing(run, plain, login, tmp_path, here):
    wanted = make_file(plain.root / "f", 500_000)
    (here / "f").write_bytes((plain.root / "f").read_bytes()[:100_000])
    run("ncftpget", *login, plain.host, here, "/f")
    assert hash_of(here / "f") == wanted
    (here / "f").unlink()
    run("ncftpget", "-E", *login, plain.host, here, "/f")
    assert hash_of(here / "f") == wanted
    assert run("ncftpls", *login, plain.url) == "f\n"
    assert run("ncftpls", "-l", *login, plain.url).split()[4] == "500000"
    run("ncftpput", "-DD", *login, plain.host, "/", here / "f")  # deletes it here when it is there
    assert not (here / "f").exists()


def test_a_session_at_the_prompt(run, plain, here):
    (here / "f").write_bytes(b"12345")
    script = f"""open -u anna -p s3cret -P {plain.port} {plain.host}
mkdir made
cd made
put f
mv f renamed
chmod 600 renamed
ls -l
cat renamed
mkdir below
rmdir below
put f
rm f
cd ..
pwd
quit
"""
    said = run("ncftp", input=script.encode())
    assert "12345" in said
    assert contents(plain.root) == {"made": "/", "made/renamed": hash_of(here / "f")}
    assert (plain.root / "made" / "renamed").stat().st_mode & 0o777 == 0o600
