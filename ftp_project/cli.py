"""The commands of the terminal: ``python -m ftp_project serve ROOT …``."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ftp_project import __version__
from ftp_project.config import Config, Invented, check_directory, make_users
from ftp_project.errors import UsageError
from ftp_project.loop import SELECTORS

app = typer.Typer(
    name="ftp_project",
    help="An FTP server on select, in Python's standard library.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Selector = Enum("Selector", {name: name for name in SELECTORS}, type=str)  # type: ignore[misc]


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"ftp_project {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """An FTP server on select, in Python's standard library."""


@app.command()
def serve(
    root: Annotated[Path, typer.Argument(help="The directory to serve.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")
    ] = 2121,
    user: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:PASSWORD", help="A user; may be given several times."),
    ] = None,
    user_home: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=DIR", help="Where a user is at home; without it, in ROOT."),
    ] = None,
    selector: Annotated[Selector, typer.Option(help="How to wait for sockets.")] = Selector.auto,  # type: ignore[attr-defined]
) -> None:
    """Serve a directory until Ctrl-C or SIGTERM."""
    root = check_directory(root, "directory")
    users, invented = make_users(root, user or [], user_home or [])
    config = Config(users=users, host=host, port=port, selector=selector.value)

    def ready(host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        print(f"Listening on ftp://{shown}:{port}/ and serving {root}", flush=True)
        if invented is not None:
            print(_how_to_connect(invented, shown, port), flush=True)

    from ftp_project.server.run import run  # only now: --help and mistakes answer at once

    run(config, ready)


def _how_to_connect(invented: Invented, host: str, port: int) -> str:
    name, password = invented.name, invented.password
    return (
        f"User {name}, password {password} (invented; choose your own with --user NAME:PASSWORD)\n"
        f"Try: curl --user {name}:{password} ftp://{host}:{port}/"
    )


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 when all went well, 2 for a mistake of the user.

    A mistake is answered with one sentence on standard error.
    """
    words = sys.argv[1:] if arguments is None else arguments
    try:
        status = app(args=words or ["--help"], prog_name="ftp_project", standalone_mode=False)
    except UsageError as error:
        _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has gone
        sys.exit(1)
    except Exception as error:
        # Typer's own mistakes; their class stands in Typer or in Click, by its version.
        describe = getattr(error, "format_message", None)
        if describe is None:
            raise
        _fail(f"{describe().rstrip('.')} (see --help)")
    sys.exit(status if isinstance(status, int) else 0)


def _fail(sentence: str) -> NoReturn:
    print(f"ftp_project: {sentence}", file=sys.stderr)
    sys.exit(2)
