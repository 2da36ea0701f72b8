"""README, environment.yml, development container and pyproject.toml tell one story, a true one."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from patience import HANG

from launcher.commands import PROGRAMS_USAGE

from .support import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
INSTALL = "pip install -e '.[test]'"
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()
]


def course(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "course.py"), *arguments],
        cwd=cwd,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=HANG,
        check=False,
    )


# Where each command of the README is run: in this file, in another one, or by .ci/run.
RUN_HERE = {
    "python3 course.py check",
    "python3 course.py ftp --help",
    "python3 course.py capstone --stage 1 -- notebooks/capstone/starter.py",
    "python3 course.py ftp serve . --user anna:secret",
    "python3 course.py ftp ls ftp://anna:secret@127.0.0.1:2121/",
    "python3 course.py build 05",
    "jupyter lab",
    "python -m ftp_project serve .",
}
RUN_ELSEWHERE = {"python3 course.py lab": "test_lab.py"}
RUN_BY_CI = {
    "python3 course.py test": '"$python" course.py test',
    "python3 course.py programs": '"$python" course.py programs',
    "python3 -m venv .venv": '-m venv "$environments/.venv"',
    ". .venv/bin/activate": '. "$environments/.venv/bin/activate"',
    INSTALL: "-e '.[test]'",
    "pytest --nbval": "pytest --nbval",
}
RUN_IN_TEXT = {  # named in a sentence
    "python3 course.py test -x tests/ftp": '"$python" course.py test',
    "pytest": "pytest --nbval",
    "pip install -e '.[test,browser]'": '{"test", "browser"}',
    "pytest --browser": "-m pytest --browser",
}


def test_every_command_of_the_readme_is_run_by_a_test() -> None:
    assert set(COMMANDS) == RUN_HERE | set(RUN_ELSEWHERE) | set(RUN_BY_CI)
    in_text = re.findall(r"`((?:python|pip|pytest)[^`]*)`", README)
    assert set(in_text) == set(RUN_IN_TEXT)
    for text in [*RUN_BY_CI.values(), *RUN_IN_TEXT.values()]:
        assert text in CI
    for name in RUN_ELSEWHERE.values():
        assert (Path(__file__).parent / name).is_file()


def test_check_and_help_work() -> None:
    assert course("check").returncode == 0
    helped = course("ftp", "--help")
    assert helped.returncode == 0
    assert "serve" in helped.stdout


def test_the_judge_tells_the_learner_where_to_begin() -> None:
    [command] = (c for c in COMMANDS if "capstone" in c)
    judged = course(*shlex.split(command)[2:])
    assert judged.returncode == 1
    assert "✘ greeting (stage 1)" in judged.stdout
    assert "0 of 10" in judged.stdout
    assert judged.stderr == ""


def test_build_finds_the_lessons() -> None:
    """A number that no lesson has shows the way: builds themselves are tested with the lessons."""
    assert list(ROOT.glob("notebooks/src/05_*.md"))
    wrong = course("build", "99")
    assert wrong.returncode != 0
    assert "99" in wrong.stderr + wrong.stdout
    assert "Traceback" not in wrong.stderr


def test_jupyter_lab_is_there_by_hand() -> None:
    """What it does is tested with the command that starts it: test_lab.py."""
    program = Path(sys.executable).with_name("jupyter")
    done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0
    [commands] = re.findall(r"Available subcommands: (.+)", done.stdout, re.S)
    assert "lab" in commands.split()


@contextmanager
def serving(command: list[str], cwd: Path) -> Iterator[str]:
    """Run a server on a free port; yield the line in which it says where it listens."""
    with subprocess.Popen(
        [*command, "--port", "0"],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline()
        finally:
            server.terminate()
            server.communicate(timeout=HANG)  # a server that cannot print its last words fails
    assert server.returncode == 0


@pytest.mark.parametrize("command", sorted(c for c in COMMANDS if " serve " in c))
def test_the_server_serves_the_current_folder(
    tmp_path: Path, command: str, optional_program: Callable[[str], str | None]
) -> None:
    (tmp_path / "here.txt").touch()
    words = shlex.split(command)[1:]
    if words[0] == "course.py":
        words[0] = str(ROOT / "course.py")
    with serving([sys.executable, *words], tmp_path) as first_line:
        found = re.search(r"(127\.0\.0\.1)\D+(\d+)", first_line)
        assert found, first_line
        assert first_line.rstrip().endswith(f"serving {tmp_path}"), "the folder has a name"
        if "anna:secret" in words:
            [ours] = (shlex.split(c) for c in COMMANDS if " ftp ls " in c)
            assert README.index("ftp ls ftp:") < README.index("curl"), "a bare machine has no curl"
            assert "here.txt" in course(*ours[2:-1], _at(found[2], ours[-1])).stdout
            [theirs] = re.findall(r"`(curl [^`]*)`", README)
            curl = optional_program("curl")
            if curl:
                *options, address = shlex.split(theirs)[1:]
                done = subprocess.run(
                    [curl, *options, _at(found[2], address)],
                    capture_output=True,
                    text=True,
                    timeout=HANG,
                    check=True,
                )
                assert "here.txt" in done.stdout


def _at(port: str, address: str) -> str:
    assert ":2121/" in address
    return address.replace(":2121/", f":{port}/")


@pytest.mark.parametrize("launched", [True, False])
def test_what_the_server_tells_to_try_can_be_typed_as_it_stands(
    tmp_path: Path, launched: bool
) -> None:
    (tmp_path / "here.txt").touch()
    program = [str(ROOT / "course.py"), "ftp"] if launched else ["-m", "ftp_project"]
    with subprocess.Popen(
        [sys.executable, *program, "serve", ".", "--port", "0"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        lines = iter(server.stdout.readline, "")
        told = next(line for line in lines if line.startswith("Try: ")).removeprefix("Try: ")
        words = shlex.split(told)
        assert ("course.py" in told) == launched
        words[0] = sys.executable
        done = subprocess.run(
            words, cwd=tmp_path, capture_output=True, text=True, timeout=HANG, check=False
        )
        server.terminate()
        server.communicate(timeout=HANG)
    assert (done.returncode, done.stdout.strip()) == (0, "here.txt"), done.stderr


def test_commands_call_themselves_as_the_user_called_them() -> None:
    """A mistake is told, and the help shown, under the name that was typed."""
    mistake = course("ftp", "get", "nonsense")
    assert mistake.stderr.startswith("course.py ftp: nonsense is no FTP URL")
    assert re.search(r"[Uu]sage: \S+ \S+course.py ftp ls ", course("ftp", "ls", "--help").stdout)
    assert re.search(r"usage: \S+ \S+course.py capstone ", course("capstone", "--help").stdout)
    by_hand = subprocess.run(
        [sys.executable, "-m", "ftp_project", "get", "nonsense"],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    assert by_hand.stderr.startswith("ftp_project: nonsense is no FTP URL")


def test_the_readme_names_exactly_the_lessons_that_there_are() -> None:
    """What stands between title and minutes is the writer's, the rest is the lesson's own."""
    there = []
    for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb")):
        first = nbformat.read(path, as_version=4).cells[0].source
        title = re.search(r"^# (.+)$", first, re.M)
        minutes = re.search(r"\| (\d+) minutes \|", first)
        assert title, path
        assert minutes, path
        there.append((title[1], f"notebooks/{path.name}", minutes[1]))
    rows = re.findall(r"^\| \[(.+?)\]\((notebooks/.+?)\) \| .+? \| (\d+) \|$", README, re.M)
    wanted = "\n".join(f"| [{title}]({path}) | … | {minutes} |" for title, path, minutes in there)
    assert rows == there, f"the table of lessons in README.md should have these rows:\n{wanted}"


def test_every_file_that_the_readme_names_exists() -> None:
    named = re.findall(r"`([.\w-]+/[\w/.-]*|[A-Z]+[\w-]*|[\w-]+\.yml)`", README)
    named += re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(named) > 8
    missing = [name for name in named if not (ROOT / name).exists()]
    assert [name for name in missing if name != ".venv"] == []


def test_the_other_ways_to_install_say_what_the_readme_says() -> None:
    environment = (ROOT / "environment.yml").read_text(encoding="utf-8")
    container = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    assert "- -e .[test]" in environment
    assert INSTALL in COMMANDS
    settings = json.loads(container)
    install, programs = settings["postCreateCommand"].split(" && ")
    assert install.endswith(INSTALL)
    assert programs in COMMANDS
    assert shlex.split(programs)[-1] == PROGRAMS_USAGE.split()[0]
    assert {"test", "browser"} <= set(PROJECT["optional-dependencies"])

    lowest = tuple(map(int, PROJECT["requires-python"].removeprefix(">=").split(".")))
    assert lowest == (3, 11)
    for text in (environment, settings["image"]):
        version = re.search(r"python[=:](\d+)\.(\d+)", text)
        assert version
        assert (int(version[1]), int(version[2])) >= lowest
    assert "Python 3.11 or newer" in README
    assert "(3, 11)" in (ROOT / "course.py").read_text(encoding="utf-8")


def test_every_python_that_the_package_names_is_tried_before_a_change_is_taken() -> None:
    prefix = "Programming Language :: Python :: 3."
    named = [c.removeprefix(prefix) for c in PROJECT["classifiers"] if c.startswith(prefix)]
    minors = [int(minor) for minor in named]
    lowest = int(PROJECT["requires-python"].removeprefix(">=3."))
    assert minors == list(range(lowest, lowest + len(minors)))
    tried = re.search(r"for minor in \{(\d+)\.\.(\d+)\}", CI)
    assert tried
    assert int(tried[1]) == lowest
    assert int(tried[2]) >= max(minors)
    assert [f"python3.{minor}" for minor in reversed(minors)] == re.findall(r"python3\.\d+", CI)


def test_the_badge_opens_the_repository_that_the_package_names() -> None:
    """`[project.urls] Repository` in pyproject.toml is the one place that says where it is."""
    [(picture, target)] = re.findall(r"\[!\[[^]]*\]\((\S*badge\S*)\)\]\((\S+)\)", README)
    assert picture == "https://mybinder.org/badge_logo.svg"
    repository = PROJECT.get("urls", {}).get("Repository")
    if repository is None:  # nobody has published it yet: Binder asks for the address
        assert target == "https://mybinder.org/"
        assert "paste the address of a public copy" in README
    else:
        owner_and_name = repository.removeprefix("https://github.com/")
        [first] = ROOT.glob("notebooks/00_*.ipynb")
        lesson = f"lab/tree/notebooks/{first.name}"
        assert target == f"https://mybinder.org/v2/gh/{owner_and_name}/HEAD?urlpath={lesson}"


def test_licences_are_there() -> None:
    assert all((ROOT / name).is_file() for name in PROJECT["license-files"])
    assert PROJECT["license"] == "MIT AND CC-BY-4.0"


def test_pre_commit_runs_only_what_is_installed() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"repo: (\S+)", text)) == {"local"}
    modules = re.findall(r"entry: python -m (\S+)", text)
    assert modules
    for module in set(modules):
        subprocess.run(
            [sys.executable, "-m", module, "--help"], capture_output=True, timeout=HANG, check=True
        )


def test_notebooks_are_compared_cell_by_cell() -> None:
    attributes = (ROOT / ".gitattributes").read_text(encoding="utf-8")
    assert re.search(r"^\*\.ipynb .*diff=jupyternotebook merge=jupyternotebook$", attributes, re.M)
