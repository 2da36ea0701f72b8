"""Every option of a server, in one table.

The flags of ``serve`` and their help, the keys of ``ftp_project.toml``, the variables
``FTP_PROJECT_…`` and what ``config --show`` prints all follow from the fields of
``Options``. To add an option: add a field.
"""

# One table, because an option that is declared in four places (flag, key, variable, help) is wrong
# in one of them sooner or later. The order of the fields is the order of the help.

# ruff: noqa: RUF009 - option() returns a dataclass field, as field() does

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ftp_project.accounts.readers import rate
from ftp_project.accounts.users import Users
from ftp_project.option import option, rebase_home
from ftp_project.settings.readers import ipv4, octal, ports, processes

WHAT, WHERE, LIMITS, TIMES, TLS = "What is served", "Where", "Limits", "Times", "TLS"
OPERATION = "Operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """All options, with their defaults. Times are seconds, rates bytes a second."""

    root: Path | None = option(None, "The directory to serve.", group=WHAT, positional=True)
    user: list[str] = option(
        [],
        "A user; may be given several times.",
        metavar="NAME:PASSWORD",
        group=WHAT,
        secret=True,
    )
    user_home: list[str] = option(
        [],
        "Where a user is at home; without it, in ROOT.",
        metavar="NAME=DIR",
        rebase=rebase_home,
        group=WHAT,
    )

    users_file: Path | None = option(
        None,
        "File of users in TOML; see the passwd command. Read again on SIGHUP.",
        name="users",
        group=WHAT,
    )
    anonymous: Path | None = option(
        None,
        "Let anybody in as anonymous, to read this directory.",
        metavar="DIR",
        group=WHAT,
    )
    umask: int | None = option(
        None,
        "Permission bits that new files and directories do not get.",
        metavar="OCTAL",
        read=octal,
        write="{:03o}".format,
        group=WHAT,
    )

    host: str = option("127.0.0.1", "Address to listen on.", metavar="ADDRESS", group=WHERE)
    port: int = option(
        2121, "Port to listen on; 0 picks a free one.", least=0, most=65535, group=WHERE
    )
    selector: Literal["auto", "select", "poll", "epoll", "kqueue"] = option(
        "auto", "How to wait for sockets.", group=WHERE
    )

    workers: int = option(
        1,
        "Processes that share the clients; auto: one for each core that may be used.",
        metavar="NUMBER|auto",
        read=processes,
        group=WHERE,
    )
    passive_ports: tuple[int, int] | None = option(
        None,
        "Ports for passive data connections, for example 50000-50100; any without it.",
        metavar="FIRST-LAST",
        read=ports,
        write="{0[0]}-{0[1]}".format,
        group=WHERE,
    )
    masquerade_address: str = option(
        "",
        "IPv4 address that PASV tells, where clients reach the server through another (NAT).",
        metavar="ADDRESS",
        read=ipv4,
        group=WHERE,
    )
    banner: str = option(
        "FTP server ready.", "Text of the greeting; may have several lines.", group=WHERE
    )

    max_clients: int | None = option(None, "Sessions in all.", least=1, group=LIMITS)
    max_per_ip: int | None = option(None, "Sessions from one address.", least=1, group=LIMITS)
    max_per_user: int | None = option(
        None,
        "Sessions of one user, unless the users file gives the user another limit.",
        least=1,
        group=LIMITS,
    )
    upload_rate: int | None = option(
        None,
        'Bytes a second that one session may upload, for example "2.5 MB".',
        metavar="RATE",
        read=rate,
        group=LIMITS,
    )
    download_rate: int | None = option(
        None,
        "Bytes a second that one session may download.",
        metavar="RATE",
        read=rate,
        group=LIMITS,
    )
    total_upload_rate: int | None = option(
        None,
        "Bytes a second that all sessions together may upload.",
        metavar="RATE",
        read=rate,
        group=LIMITS,
    )
    total_download_rate: int | None = option(
        None,
        "Bytes a second that all sessions together may download.",
        metavar="RATE",
        read=rate,
        group=LIMITS,
    )
    login_attempts: int = option(
        10, "Failed logins from one address before it is banned.", least=1, group=LIMITS
    )
    login_ban: float = option(
        600.0, "Seconds for which an address is banned then.", least=0, group=LIMITS
    )

    login_timeout: float = option(
        60.0, "Seconds from the connection to a successful login.", least=0.1, group=TIMES
    )
    idle_timeout: float = option(
        300.0,
        "Seconds between two commands, while nothing is transferred.",
        least=0.1,
        group=TIMES,
    )
    connect_timeout: float = option(
        30.0, "Seconds for a data connection to be opened.", least=0.1, group=TIMES
    )
    stall_timeout: float = option(
        60.0,
        "Seconds without a byte after which a transfer is given up, or a client that does "
        "not read its replies.",
        least=0.1,
        group=TIMES,
    )
    minimum_rate: int = option(
        64,
        "Bytes a second that a transfer must reach while it waits for its client, over the time "
        "of --stall-timeout; 0 for no such limit.",
        least=0,
        most=1_000_000_000,
        group=TIMES,
    )

    tls_cert: Path | None = option(
        None, "Certificate in PEM form; without one there is no TLS.", group=TLS
    )
    tls_key: Path | None = option(
        None, "Private key in PEM form, when it is not in the file of the certificate.", group=TLS
    )
    tls_required: Literal["", "login", "data"] = option(
        "", "What clients may not do without TLS: log in, or also transfer data.", group=TLS
    )
    tls_session_reuse: bool = option(
        False,
        "Demand that data connections resume the TLS session of the control connection.",
        group=TLS,
    )
    tls_implicit: bool = option(
        False, "Speak TLS from the first byte, in place of AUTH TLS.", group=TLS
    )

    log_level: Literal["debug", "info", "warning", "error"] = option(
        "warning",
        "What is logged: info tells of sessions and transfers, debug of every command.",
        group=OPERATION,
    )
    log_format: Literal["text", "json"] = option("text", "How a line looks.", group=OPERATION)
    log_file: Path | None = option(
        None,
        "Where the log goes, in place of standard error; reopened on SIGHUP.",
        group=OPERATION,
    )
    xferlog: Path | None = option(
        None, "File for a line per transfer, in the format of wu-ftpd.", group=OPERATION
    )
    metrics_port: int | None = option(
        None,
        "Serve metrics for Prometheus on this port of 127.0.0.1; 0 picks a free one.",
        least=0,
        most=65535,
        group=OPERATION,
    )
    on_upload: str = option(
        "",
        "Command to run after an upload; FTP_PATH, FTP_USER and more are in its environment.",
        metavar="COMMAND",
        group=OPERATION,
    )
    on_download: str = option(
        "", "Command to run after a download.", metavar="COMMAND", group=OPERATION
    )
    on_login: str = option("", "Command to run after a login.", metavar="COMMAND", group=OPERATION)
    hook_timeout: float = option(
        60.0, "Seconds after which such a command is ended.", least=0.1, group=OPERATION
    )
    grace: float = option(
        10.0,
        "Seconds that transfers have to finish when the server is told to end (SIGTERM).",
        least=0,
        group=OPERATION,
    )
    debug_loop: bool = option(
        False,
        "Log what holds up the loop for more than 50 ms, with the place in the code.",
        group=OPERATION,
    )
    status: bool = option(
        False,
        "Show sessions and transfers in the terminal; as log lines where there is none.",
        group=OPERATION,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Options):
    """The settings of one server: its options, and the users made from them."""

    users: Users
