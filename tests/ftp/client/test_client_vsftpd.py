"""The client against vsftpd, which has no MLSD and demands that TLS sessions are resumed.

It does not read 255 255 as 255 in names (RFC 854), so no such name is sent to it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading

import pytest
from trees import hashes_of, make_tree

SETTINGS = """
listen=NO
run_as_launching_user=YES
anonymous_enable=YES
no_anon_password=YES
anon_root={root}
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_umask=022
seccomp_sandbox=NO
secure_chroot_dir={root}
"""
TLS = """
ssl_enable=YES
allow_anon_ssl=YES
force_anon_data_ssl=YES
force_anon_logins_ssl=YES
require_ssl_reuse=YES
ssl_ciphers=HIGH
rsa_cert_file={certificate}
"""


class Vsftpd:
    """vsftpd for one directory, started for each connection, as inetd would do it."""

    def __init__(self, program, folder, certificate):
        self.root = folder / "vsftpd"
        self.root.mkdir()
        settings = folder / "vsftpd.conf"
        text = SETTINGS + (TLS if certificate else "")
        settings.write_text(text.format(root=self.root, certificate=certificate))
        self.command = [program, str(settings)]
        self.sessions = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ftp://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self.listener.accept()[0]
                with connection:
                    self.sessions.append(subprocess.Popen(self.command, stdin=connection))

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for session in self.sessions:
            session.terminate()
            session.wait()


@pytest.fixture(params=["plain", "tls"])
def vsftpd(request, program, tmp_path, certificates):
    server = Vsftpd(
        program("vsftpd"), tmp_path, certificates.server if request.param == "tls" else None
    )
    server.options = ["--tls", "--ca", certificates.ca] if request.param == "tls" else []
    yield server
    server.close()


def test_trees_resume_and_listings(ftp, vsftpd, tmp_path):
    options, url = vsftpd.options, vsftpd.url
    wanted = make_tree(tmp_path / "tree")
    (tmp_path / "tree" / "large").write_bytes(os.urandom(3_000_000))
    wanted = hashes_of(tmp_path / "tree")
    ftp("put", *options, tmp_path / "tree", f"{url}up/")
    there = vsftpd.root / "up" / "tree"
    contents = {name: text.split()[0] for name, text in wanted.items()}
    assert {name: text.split()[0] for name, text in hashes_of(there).items()} == contents
    for path in (tmp_path / "tree").rglob("*"):  # it knows no MFMT
        os.utime(there / path.relative_to(tmp_path / "tree"), (path.stat().st_mtime,) * 2)
    (there / "ring").symlink_to(there)
    assert "link to a directory" in ftp("get", *options, f"{url}up/tree").out
    assert hashes_of(tmp_path / "here" / "tree") == wanted
    listed = ftp("ls", "-R", *options, f"{url}up").out.splitlines()
    assert "tree/.hidden" in listed
    assert "tree/sub/deep/innermost" in listed

    data = (there / "large").read_bytes()
    (tmp_path / "here" / "large.part").write_bytes(data[:2_999_000])
    assert "1.0 kB" in ftp("get", "-c", *options, f"{url}up/tree/large").out
    assert (tmp_path / "here" / "large").read_bytes() == data
    (there / "large").write_bytes(data[:2_990_000])
    assert "10.0 kB" in ftp("put", "-c", *options, "large", f"{url}up/tree").out
    assert (there / "large").read_bytes() == data
    assert "no such file" in ftp("get", *options, f"{url}nothing", status=1).err
