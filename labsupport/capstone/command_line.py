"""`python3 course.py capstone -- COMMAND`: judge an FTP server from a terminal."""

from __future__ import annotations

import argparse
import io
import os
import sys
from typing import NoReturn

from labsupport.capstone.items import STAGES
from labsupport.capstone.referee import judge
from labsupport.capstone.report import Finding
from labsupport.capstone.stages import all_items

ABOUT = """Judge an FTP server in eight stages, with real clients, under deadlines.

COMMAND starts the server. {port}, {home}, {user} and {password} in it are replaced: a free port of
127.0.0.1, a private folder to serve, and a login that must work. A Python file alone is started
with these four as its arguments."""
EXAMPLE = """examples:
  python3 course.py capstone --stage 1 -- notebooks/capstone/starter.py
  python3 course.py capstone -- python -m ftp_project serve {home} --port {port} \\
      --user {user}:{password}"""


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence, with exit status 2."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"capstone: {message.rstrip('.')}; --help shows how it is used.\n")


def _parser() -> Parser:
    # course.py hands over what was typed; no server that is judged inherits it.
    called_as = os.environ.pop("PROGRAM_CALLED_AS", "python -m labsupport.capstone")
    parser = Parser(
        prog=called_as,
        usage=f"{called_as} [--stage N] [--only ITEM] [--json] -- COMMAND",
        description=ABOUT,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--stage", type=int, action="append", default=[], metavar="N", help="judge only stage N")
    add("--only", action="append", default=[], metavar="ITEM", help="judge only this item")
    add("--list", action="store_true", help="show the stages and their items, and judge nothing")
    add("--json", action="store_true", help="print the report as JSON")
    add("--login", metavar="USER:PASSWORD", help="a login that the server knows by itself")
    add("command", nargs="*", metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


def listing() -> str:
    """Return all stages with their items."""
    lines = []
    for number, title in STAGES.items():
        lines.append(f"{number}  {title}")
        items = [item for item in all_items().values() if item.stage == number]
        lines += [f"     {item.name:20}{item.asks}." for item in items]
    return "\n".join(lines)


def _show_progress(finding: Finding) -> None:
    mark = "✔" if finding.passed else "✘"
    print(f"{mark} {finding.item.stage} {finding.item.name}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Judge; return 0 if the server does all that was asked, 1 if not, 2 for wrong use."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an ASCII locale has no ✔
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        print(listing())
        return 0
    command = options.command
    if len(command) == 1:
        [command] = command  # the whole command in quotation marks, or a file
    login = None
    if options.login is not None:
        user, colon, password = options.login.partition(":")
        if not (user and colon):
            parser.error("--login takes USER:PASSWORD")
        login = user, password
    try:
        say = _show_progress if sys.stderr.isatty() else lambda finding: None
        report = judge(command, options.stage, options.only, login, say)
    except ValueError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print("\nStopped; the server has been ended.", file=sys.stderr)
        return 130
    print(report.to_json() if options.json else report)
    return 0 if report.passed else 1
