"""What the random sessions say, and how what they have done is seen from outside."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
from live_server import FtpServer

SECRET = b"outside of what is served"
NAMES = [
    "a",
    "b",
    "d",
    "d/e",
    "c c",
    "ü",
    "out",
    "loop",
    ".",
    "..",
    "../secret",
    "/",
    "/d/../a",
    "",
]
WORDS = ["I", "A", "F", "S", "Z", "ALL", "0", "3", "99", "-a", "-la *", "*", "[", "UTF8 ON",
         "MLST type;size;", "1", "2", "C", "P", "TLS", "20240101000000 a", "CHMOD 644 a",
         "UTIME 20240101000000 a", "SYMLINK a b", "SYMLINK ../secret x", "127,0,0,1,0,80",
         "|1|127.0.0.1|80|", "a b", "\xff", "x" * 5000]  # fmt: skip
VERBS = ["NOOP", "PWD", "CWD", "CDUP", "MKD", "RMD", "DELE", "RNFR", "RNTO", "SIZE", "MDTM", "MFMT",
         "MLST", "STAT", "TYPE", "MODE", "STRU", "REST", "ALLO", "FEAT", "HELP", "SYST", "OPTS",
         "SITE", "EPSV", "PASV", "PORT", "EPRT", "ABOR", "PBSZ", "PROT", "AUTH", "CCC", "ACCT",
         "HOST", "CLNT", "XCRC", "XMKD", "SMNT", "RETR", "STOR", "LIST", "NLST", "MLSD", "APPE",
         "STOU"]  # fmt: skip
#: these answer 150 first when a data connection was prepared
TRANSFERS = {"RETR", "STOR", "LIST", "NLST", "MLSD", "APPE", "STOU"}
#: these prepare one
PASSIVE = {"EPSV", "PASV", "PORT", "EPRT"}


def tree_of(root: Path) -> dict[str, bytes | str | None]:
    """Return what is in a directory: contents of files, None for directories, text of links."""
    found: dict[str, bytes | str | None] = {}
    for path in root.rglob("*"):
        name = os.fspath(path.relative_to(root))
        if path.is_symlink():
            found[name] = os.fspath(path.readlink())
        else:
            found[name] = None if path.is_dir() else path.read_bytes()
    return found


def connections_of(server: FtpServer) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return (pid, descriptor) and (port, client's port) of each connection of the server."""
    process = psutil.Process(server.process.pid)
    return [
        ((each.pid, connection.fd), (connection.laddr.port, connection.raddr.port))
        for each in (process, *process.children())  # a server with workers has these
        for connection in each.net_connections("tcp")
        if connection.raddr
    ]
