"""The command ``python -m tools.authoring``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tools.authoring.source import AuthoringError, Course, load

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str] | None = None) -> int:
    """Run one command; return 0 when all is well, 1 when a lesson is not, 2 for a wrong request."""
    arguments = _parser().parse_args(argv)
    course = Course(arguments.root.resolve())
    try:
        paths = course.select(arguments.lessons)
        command = {"build": _build, "check": _check, "lint": _lint}[arguments.command]
        return command(course, paths, arguments)
    except AuthoringError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted: the lessons that were not done are as they were.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.authoring",
        description="Build, check and lint the lessons in notebooks/src.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="run the lessons and write their notebooks")
    build.add_argument(
        "-j", "--jobs", type=_positive, default=min(2, os.cpu_count() or 1), metavar="N",
        help="how many run at once (default %(default)s)",
    )  # fmt: skip
    build.add_argument(
        "--fresh", action="store_true",
        help="keep no old output: for when pictures are drawn in a new way",
    )  # fmt: skip
    commands.add_parser("check", help="do notebooks and sources agree, is the house style kept?")
    lint = commands.add_parser("lint", help="run ruff over the code of all cells")
    lint.add_argument("--fix", action="store_true", help="format the code in the sources")
    for command in commands.choices.values():
        command.add_argument(
            "lessons", nargs="*", metavar="NN", help="the lessons (default: all), for example 05"
        )
        command.add_argument(
            "--root", type=Path, default=ROOT, metavar="FOLDER",
            help="the folder that holds notebooks/ (default: this project)",
        )  # fmt: skip
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)


def _build(course: Course, paths: list[Path], arguments: argparse.Namespace) -> int:
    from tools.authoring.build import build

    built = build(
        course, paths, jobs=arguments.jobs, fresh=arguments.fresh,
        report=lambda one: print(one, flush=True),
    )  # fmt: skip
    return int(any(one.state == "failed" for one in built))


def _check(course: Course, paths: list[Path], arguments: argparse.Namespace) -> int:
    from tools.authoring.check import course_problems, notebook_problems
    from tools.authoring.style import style_problems

    found = course_problems(course)
    for path in paths:
        source = load(path)
        found += notebook_problems(course, source) + style_problems(course, source)
    return _tell(found, f"{len(paths)} lessons checked: sources, notebooks and style agree.")


def _lint(course: Course, paths: list[Path], arguments: argparse.Namespace) -> int:
    from tools.authoring.lint import lint_problems

    sources = [load(path) for path in paths]
    if arguments.fix:
        lint_problems(sources, fix=True)
        sources = [load(path) for path in paths]
    return _tell(lint_problems(sources), f"{len(paths)} lessons: the code of all cells is clean.")


def _tell(found: list[str], otherwise: str) -> int:
    print("\n".join(found) or otherwise)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
