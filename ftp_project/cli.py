"""The commands of the terminal: ``python -m ftp_project serve ROOT …``."""

from __future__ import annotations

import io
import sys
from typing import Annotated, NoReturn

import typer

from ftp_project import __version__, called_as
from ftp_project.client.commands import EXIT_STATUS, get, ls, put
from ftp_project.commands.cert import cert
from ftp_project.commands.flags import takes_options
from ftp_project.commands.passwd import passwd, user_options
from ftp_project.commands.serve import serve
from ftp_project.commands.settings import config
from ftp_project.errors import UsageError

app = typer.Typer(
    name="ftp_project",
    help="An FTP server on select, in Python's standard library.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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


app.command()(takes_options(serve))
app.command(epilog=user_options())(passwd)
app.command()(cert)
app.command(epilog=EXIT_STATUS)(get)
app.command(epilog=EXIT_STATUS)(put)
app.command(epilog=EXIT_STATUS)(ls)
app.command()(
    takes_options(
        config, show=typer.Option("--show", help="Print them, each with where it comes from.")
    )
)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 when all went well, 2 for a mistake of the user.

    Each mistake is answered with one sentence on standard error.
    """
    words = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        # Under an ASCII locale a name with an umlaut would raise UnicodeEncodeError.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = app(args=words or ["--help"], prog_name=called_as.command(), standalone_mode=False)
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


def _fail(text: str) -> NoReturn:
    for sentence in text.splitlines():
        print(f"{called_as.name()}: {sentence}", file=sys.stderr)
    sys.exit(2)
