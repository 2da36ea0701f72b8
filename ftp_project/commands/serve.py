"""``serve``: run a server until it is told to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftp_project import called_as

if TYPE_CHECKING:
    from ftp_project.settings.people import Invented


def serve(flags: dict[str, Any], file: Path | None) -> None:
    """Serve a directory until Ctrl-C or SIGTERM.

    Every option can also stand in a settings file, as "idle-timeout = 60", or in the
    environment, as FTP_PROJECT_IDLE_TIMEOUT=60. Flags win over the environment, the
    environment wins over the file.
    """
    from dataclasses import fields

    from ftp_project.config import Config, Options
    from ftp_project.settings.people import make_users
    from ftp_project.settings.sources import load

    options = load(flags, file).options
    users, invented = make_users(options)
    values = {each.name: getattr(options, each.name) for each in fields(Options)}
    config = Config(users=users, **values)

    # Named whole: a dot says nothing to who looks at the terminal an hour later.
    served = config.root and config.root.resolve()

    def ready(host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        print(f"Listening on ftp://{shown}:{port}/ and serving {served}", flush=True)
        if invented is not None:
            print(how_to_connect(invented, shown, port), flush=True)

    from ftp_project.server.process.run import run

    run(config, ready, lambda: make_users(options, invented)[0])


def how_to_connect(invented: Invented, host: str, port: int) -> str:
    """Return what to type to reach a server with an invented user."""
    name, password = invented.name, invented.password
    return (
        f"User {name}, password {password} (invented; choose your own with --user NAME:PASSWORD)\n"
        f"Try: {called_as.command('ls', f'ftp://{name}:{password}@{host}:{port}/')}\n"
        f"or:  curl --user {name}:{password} ftp://{host}:{port}/"
    )
