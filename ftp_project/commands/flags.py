"""From the table of options to the flags of a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ftp_project.settings.rows import Row, rows


def takes_options(command: Callable[..., None], **more: Any) -> Callable[..., None]:
    """Return ``command`` as a function for Typer, with a flag for every row of the table.

    It is called with the flags that were given, by field, the settings file that was named, and
    the switches of its own that ``more`` describes. Values are passed on as text: one place
    checks them, wherever they come from.
    """

    def function(config: Path | None, **given: Any) -> None:
        own = {name: given.pop(name) for name in more}
        flags = {name: value for name, value in given.items() if value not in (None, [])}
        command(flags, config, **own)

    table = sorted(rows(), key=lambda row: not row.option.positional)
    parameters = [_parameter(row) for row in table]
    file = Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Settings file in TOML; without it ./ftp_project.toml, if it is there.",
        ),
    ]
    parameters.append(_keyword("config", file))
    parameters += [_keyword(name, Annotated[bool, each], False) for name, each in more.items()]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {each.name: each.annotation for each in parameters}
    function.__doc__ = command.__doc__
    function.__name__ = command.__name__
    return function


def _parameter(row: Row) -> inspect.Parameter:
    text = row.option.help
    if row.default not in (None, "", [], False):
        shown = row.default if row.option.write is None else row.option.write(row.default)
        text += f" [default: {f'{shown:g}' if isinstance(shown, float) else shown}]"
    kind: Any = list[str] if row.many else bool if row.plain_type is bool else str
    metavar = None if kind is bool else row.metavar
    if row.option.positional:
        argument = typer.Argument(help=text, metavar=row.flag, show_default=False)
        return _keyword(row.field, Annotated[kind | None, argument])
    names = [f"{row.flag}/--no-{row.name}" if kind is bool else row.flag]
    option = typer.Option(*names, metavar=metavar, help=text, show_default=False)
    return _keyword(row.field, Annotated[kind | None, option])


def _keyword(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
