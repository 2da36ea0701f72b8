"""The commands of ``course.py``: each prepares the environment and hands over to a program."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher import apt, environment, inherited, programs
from launcher.messages import print_anywhere, say
from launcher.problems import SetupError

ROOT = Path(__file__).resolve().parent.parent
MOST_WORKERS = 8  # more kernels at once cost memory and gain nothing
NOTHING: frozenset[str] = frozenset()
TEST = frozenset({"test"})
#: tells a program how the user has called it, so that its own words can be typed again
CALLED_AS = "PROGRAM_CALLED_AS"


@dataclass(frozen=True)
class Command:
    """One command: its line in the help, the extras it needs, and what it runs."""

    usage: str
    does: str
    extras: frozenset[str]
    program: Callable[[list[str]], list[str]]
    in_root: bool = True
    own_help: bool = True  # False: --help is for the program, which says how it was called


def lab_program(arguments: list[str]) -> list[str]:
    """Return the arguments that open JupyterLab at the first lesson, with ROOT as its root."""
    first = next(iter(sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))), ROOT / "notebooks")
    options = [
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{first.relative_to(ROOT).as_posix()}",
        "--LabApp.extension_manager=readonly",  # the other one asks the package index
    ]
    if apt.is_root():
        options.append("--allow-root")
    # JupyterLab refuses an option that is given twice, so the user's own replaces ours.
    given = {argument.split("=")[0] for argument in arguments}
    options = [option for option in options if option.split("=")[0] not in given]
    return ["jupyterlab", *options, *arguments]


def test_program(arguments: list[str]) -> list[str]:
    """Return the arguments that run every test and every notebook on all cores.

    Three workers for each core: tests of concurrency spend most of their time waiting. Outside
    programs that tests call are installed first, where this user may.
    """
    wanted = programs.asked_by(arguments)
    lacking = [name for name in programs.missing() if name in wanted]
    if not {"--collect-only", "--co"} & set(arguments):
        lacking = programs.bring(lacking)
    if lacking:
        outcome = "fail, as CI=true says" if programs.all_must_run() else "are left out"
        command = apt.command(programs.packages(lacking))
        say(f"The tests of {', '.join(lacking)} {outcome}; to bring the programs: {command}")
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    workers = str(min(3 * cores, MOST_WORKERS))
    return ["pytest", "--nbval", "-n", workers, "--dist", "loadfile", *arguments]


def check_program(arguments: list[str]) -> list[str]:
    """Return the arguments that check the machine; say which programs only the tests lack."""
    lacking = programs.missing()
    if lacking and not arguments:
        command = apt.command(programs.packages(lacking))
        say(f"Programs that only the tests call are missing, {', '.join(lacking)}: {command}")
    return ["tools.machine", *arguments]


COMMANDS = {
    "lab": Command(
        "lab [--no-browser] [--port N] …",
        "open JupyterLab at the first lesson; options go to JupyterLab",
        NOTHING,
        lab_program,
    ),
    "test": Command(
        "test [PYTEST OPTIONS]",
        "run all tests and all notebooks; options go to pytest",
        TEST,
        test_program,
    ),
    "ftp": Command(
        "ftp …",
        "run the FTP server; try: ftp serve FOLDER, ftp --help",
        NOTHING,
        lambda arguments: ["ftp_project", *arguments],
        in_root=False,
        own_help=False,
    ),
    "capstone": Command(
        "capstone [--stage N] -- COMMAND",
        "judge an FTP server of your own, or any other; try: capstone --help",
        NOTHING,
        lambda arguments: ["labsupport.capstone", *arguments],
        in_root=False,
        own_help=False,
    ),
    "check": Command(
        "check",
        "check this machine: Python, packages, sockets, processes",
        NOTHING,
        check_program,
    ),
    "build": Command(
        "build [NN …]",
        "run the lessons' sources again and write the notebooks",
        TEST,
        lambda arguments: ["tools.authoring", "build", *arguments],
    ),
}
PROGRAMS_USAGE = "programs [--all]"
PROGRAMS_DOES = "install the client programs that the tests call; --all: Chromium, too"


def help_text() -> str:
    """Return what ``course.py --help`` prints."""
    rows = [(command.usage, command.does) for command in COMMANDS.values()]
    rows.append((PROGRAMS_USAGE, PROGRAMS_DOES))
    width = max(len(usage) for usage, _ in rows)
    lines = [f"  {usage:{width}}  {does}" for usage, does in rows]
    return "usage: python3 course.py COMMAND …\n\n" + "\n".join(lines)


def main(argv: list[str]) -> int:
    """Run one command; return its exit status, or do not return where the program takes over.

    Exit status 2: the command is not one of ours. Otherwise it is the program's own.
    """
    print_anywhere()
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(help_text())
        return 0
    name, *arguments = argv
    if name == "programs":
        return install_programs(arguments)
    command = COMMANDS.get(name)
    if command is None:
        known = ", ".join([*COMMANDS, "programs"])
        print(f"course.py knows no command {name!r}; there are: {known}.", file=sys.stderr)
        return 2
    if command.own_help and arguments[:1] in (["-h"], ["--help"]):
        print(f"usage: python3 course.py {command.usage}\n\n{command.does}")
        return 0
    try:
        python = environment.ensure(ROOT, command.extras)
        variables = {**inherited.clean(), **inherited.homes(ROOT)}
        if not command.own_help:
            variables[CALLED_AS] = shlex.join([*_called(), name])
        program = command.program(arguments)
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return problem.status
    except KeyboardInterrupt:
        print("\nStopped; run the same command again to go on.", file=sys.stderr)
        return 130
    return hand_over(python, program, variables, ROOT if command.in_root else None)


def install_programs(arguments: list[str]) -> int:
    """Install the outside programs that tests call; return 1 where that is not possible."""
    if arguments not in ([], ["--all"]):
        print(f"usage: python3 course.py {PROGRAMS_USAGE}\n\n{PROGRAMS_DOES}")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    extras = programs.every_extra() if arguments else programs.NO_EXTRA
    lacking = programs.bring(programs.missing(extras))
    if lacking:
        command = apt.command(programs.packages(lacking))
        print(f"Missing: {', '.join(lacking)}. On Debian: {command}", file=sys.stderr)
        return 1
    print("All programs that the tests call are there.")
    return 0


def _called() -> list[str]:
    """Return how the user has called this program: ``python3 course.py``, from wherever."""
    python = sys.orig_argv[0]
    if shutil.which(Path(python).name):  # a version manager starts it by a long path
        python = Path(python).name
    return [python, sys.argv[0]]


def hand_over(
    python: Path, program: list[str], variables: dict[str, str], folder: Path | None
) -> int:
    """Become ``python -m program``, so that signals and the exit status are the program's own."""
    # Terminals in JupyterLab and `!python` in a cell then find this environment first.
    variables["PATH"] = os.pathsep.join([str(python.parent), variables.get("PATH", os.defpath)])
    # JupyterLab's settings of the course: no question about news, no look for updates.
    settings = [str(ROOT / "launcher" / "jupyter"), variables.get("JUPYTER_CONFIG_PATH", "")]
    variables["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, settings))
    command = [str(python), "-m", *program]
    if folder is not None:
        os.chdir(folder)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(command[0], command, variables)
    return subprocess.call(command, env=variables)  # Windows has no true exec
