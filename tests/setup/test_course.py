"""What the commands of course.py hand over, and what they say to a wrong call."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import HANG

from launcher import apt, commands, inherited, programs
from launcher.problems import SetupError

from .support import ROOT, Copy


def test_ftp_gets_everything_as_it_was_typed(copy: Copy) -> None:
    typed = ["serve", "a folder", "--help", "-n", "--", "--port=0", ""]
    elsewhere = copy.root / "notebooks"
    done = copy.course("ftp", *typed, cwd=elsewhere)
    told = json.loads(done.stdout)
    assert (done.returncode, told["argv"]) == (7, typed)
    assert told["cwd"] == str(elsewhere), "a relative folder is the user's"


def test_lab_opens_the_first_lesson_with_the_project_as_its_root(copy: Copy) -> None:
    done = copy.course("lab", "--no-browser", "--port", "8899", cwd=copy.root / "notebooks")
    told = json.loads(done.stdout)
    assert told["argv"][-3:] == ["--no-browser", "--port", "8899"]
    assert f"--ServerApp.root_dir={copy.root}" in told["argv"]
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start.ipynb" in told["argv"]
    assert ("--allow-root" in told["argv"]) == (os.geteuid() == 0)
    assert told["path"].startswith(str(copy.environment)), "terminals find the environment"


def test_an_option_of_the_user_replaces_the_default(copy: Copy) -> None:
    own = "--ServerApp.root_dir=/elsewhere"
    told = json.loads(copy.course("lab", own).stdout)
    assert [a for a in told["argv"] if a.startswith("--ServerApp.root_dir")] == [own]


def test_test_runs_all_in_parallel_from_the_root(copy: Copy) -> None:
    done = copy.course("test", "-x", cwd=copy.root / "notebooks")
    told = json.loads(done.stdout)
    assert told["argv"][0] == "--nbval"
    assert int(told["argv"][told["argv"].index("-n") + 1]) >= 1
    assert told["argv"][-1] == "-x"
    assert told["cwd"] == str(copy.root)


def test_help_and_wrong_commands_need_no_environment(copy: Copy) -> None:
    for arguments in ([], ["--help"], ["lab", "--help"]):
        done = copy.course(*arguments)
        assert done.returncode == 0
        assert "usage: python3 course.py" in done.stdout
    wrong = copy.course("learn")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "'learn'" in wrong.stderr
    assert "lab" in wrong.stderr
    assert not copy.environment.exists()


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.8", "3.10"])
def test_an_old_python_gets_one_sentence(
    version: str, optional_program: Callable[[str], str | None]
) -> None:
    """The running Python claims to be an old one; where the old one exists, it is asked too."""
    numbers = tuple(map(int, version.split(".")))
    pretend = (
        f"import runpy, sys; sys.version_info = {(*numbers, 1, 'final', 0)!r}; "
        "runpy.run_path('course.py', run_name='__main__')"
    )
    commands = [[sys.executable, "-c", pretend]]
    real = optional_program(f"python{version}")
    if real and subprocess.run([real, "-V"], capture_output=True, check=False).returncode == 0:
        commands.append([real, "course.py", "lab"])
    for command in commands:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=HANG, check=False
        )
        assert (done.returncode, done.stdout) == (2, "")
        [sentence] = done.stderr.splitlines()
        assert f"needs Python 3.11 or newer, this is {version};" in sentence


def test_the_first_file_can_be_read_by_old_pythons() -> None:
    source = (ROOT / "course.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    newer = (ast.AnnAssign, ast.JoinedStr, ast.AsyncFunctionDef)  # unknown to Python 2.7
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
    assert source.isascii()
    assert "__future__" not in source


def test_the_launcher_needs_no_package() -> None:
    """It runs before anything is installed, so it imports the standard library and itself."""
    for path in [ROOT / "course.py", *ROOT.glob("launcher/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                assert top == "launcher" or top in sys.stdlib_module_names, f"{path.name}: {name}"


#: what a shell may hold for other work, and what each would do to the course
ODD = {
    "PYTHONOPTIMIZE": "2",
    "PYTHONSAFEPATH": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONWARNINGS": "error",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PIP_TARGET": "/elsewhere",
    "PIP_USER": "1",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "VIRTUAL_ENV": "/another",
}


def test_settings_for_other_work_reach_neither_the_launcher_nor_what_it_starts(
    copy: Copy, tmp_path: Path
) -> None:
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    for name in ("json", "shlex", "tomllib", "jupyterlab", "launcher"):
        (shadow / f"{name}.py").write_text("raise SystemExit('a stranger')")
    copy.env.update(ODD, PYTHONPATH=str(shadow), PIP_INDEX_URL="http://127.0.0.1:1/simple")
    done = copy.course("lab")
    assert done.returncode == 7, done.stderr
    told = json.loads(done.stdout)["env"]
    for name in [*ODD, "PYTHONPATH"]:
        assert told.get(name) == {"PIP_USER": "0"}.get(name)
    assert told["PYTHONUTF8"] == "1"
    assert told["PIP_INDEX_URL"] == copy.env["PIP_INDEX_URL"], "the way to the network stays"


def test_one_function_makes_the_environment_of_all_that_the_launcher_starts() -> None:
    started = []
    for path in ROOT.glob("launcher/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("subprocess."):
                [env] = [ast.unparse(word.value) for word in node.keywords if word.arg == "env"]
                started.append(env)
    assert len(started) > 6
    started.remove("variables")  # of what it hands over to, made from the same
    assert [env for env in started if "inherited.clean()" not in env] == []


@pytest.mark.parametrize("command", ["lab", "test", "ftp", "capstone", "check", "programs"])
def test_help_is_shown_where_the_locale_knows_ascii_only(command: str) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "course.py", command, "--help"],
        cwd=ROOT,
        env={**os.environ, **ascii_only},
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"sage: " in done.stdout
    assert b"course.py " + command.encode() in done.stdout


@pytest.mark.parametrize("home", ["none", "read-only"])
def test_jupyter_has_a_place_where_the_home_cannot_be_written(
    copy: Copy, tmp_path: Path, home: str
) -> None:
    folder = tmp_path / "home"
    if home == "read-only":
        if os.geteuid() == 0:
            folder = Path("/proc")  # not even root can write there
        else:
            folder.mkdir(mode=0o500)
    copy.env["HOME"] = str(folder)
    told = json.loads(copy.course("lab").stdout)["env"]
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        assert Path(told[name]).is_relative_to(copy.root / ".jupyter")


def test_no_place_for_jupyters_files_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    with pytest.raises(SetupError, match="Set HOME to a folder of your own"):
        inherited.homes(Path("/proc"))


def test_ftp_is_told_how_it_was_called_and_no_other_program_is(copy: Copy) -> None:
    told = json.loads(copy.course("ftp", "ls").stdout)["env"]
    assert told["PROGRAM_CALLED_AS"].endswith(f"{copy.root}/course.py ftp")
    assert "PROGRAM_CALLED_AS" not in json.loads(copy.course("lab").stdout)["env"]


MISSING = """
[client]
package = "a-client"
command = "there-is-no-such-client"

[browser]
package = "a-browser"
command = "there-is-no-such-browser"
extra = "browser"
"""
#: stands in for apt-get: notes what it is asked for, and "installs" a program
APT_GET = """#!/bin/sh
echo "$*" >> "$STAND_IN_APT"
[ -n "$APT_FAILS" ] && exit 100
printf '#!/bin/sh\\n' > "$STAND_IN_TOOLS/there-is-no-such-client"
chmod +x "$STAND_IN_TOOLS/there-is-no-such-client"
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs programs")
@pytest.mark.parametrize("fails", ["", "yes"])
def test_root_gets_missing_programs_and_is_told_first(
    copy: Copy, tmp_path: Path, fails: str
) -> None:
    copy.table.write_text(MISSING)
    tools = tmp_path / "tools"
    (tools / "apt-get").write_text(APT_GET)
    (tools / "apt-get").chmod(0o755)
    asked = tmp_path / "asked"
    copy.env.update(STAND_IN_APT=str(asked), STAND_IN_TOOLS=str(tools), APT_FAILS=fails)
    done = copy.course("test")
    assert done.returncode == 7, "without the programs the other tests run"
    assert "The tests call client: installing a-client with apt-get." in done.stderr
    assert ("The tests of client are left out" in done.stderr) == bool(fails)
    before = asked.read_text().count("a-client")
    assert before == (2 if fails else 1), "again after an update"
    assert "a-browser" not in asked.read_text()
    checked = copy.course("check")
    assert checked.returncode == 7
    assert ("apt-get install a-client" in checked.stderr) == bool(fails)
    assert asked.read_text().count("a-client") == before, "a check installs nothing"


def test_without_rights_the_command_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "programs.toml"
    table.write_text(MISSING)
    monkeypatch.setattr(programs, "TABLE", table)
    monkeypatch.setattr(apt, "is_root", lambda: False)
    programs.table.cache_clear()
    programs.find.cache_clear()
    try:
        assert commands.install_programs(["--all"]) == 1
        told = capsys.readouterr().err
        assert "sudo apt-get install a-browser a-client" in told
        assert commands.test_program([])[0] == "pytest"
        assert "sudo apt-get install a-client" in capsys.readouterr().err
    finally:
        programs.table.cache_clear()
        programs.find.cache_clear()


def test_only_programs_of_the_named_tests_are_brought() -> None:
    assert programs.asked_by(["-x"]) == programs.asked_by(["-k", "curl"]) == set(programs.table())
    assert programs.asked_by(["notebooks"]) == frozenset()
    assert programs.asked_by(["-q", "tests/ftp/clients/test_clients_lftp.py::test_x"]) == {"lftp"}
    assert "chromium" in programs.asked_by(["tests/browser"])
    assert "vsftpd" in programs.asked_by(["tests/ftp", "notebooks"])


def test_debian_packages_that_it_does_not_know_do_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[str, ...]] = []

    def run(*command: str, cwd: Path | None = None) -> str:
        calls.append(command)
        return "E: Unable to locate package" if "unknown" in command else ""

    monkeypatch.setattr(apt, "_run", run)
    monkeypatch.setattr(apt, "_need_network", lambda: None)
    assert "Unable to locate" in apt.install(["known", "unknown"], "Tests need it")
    assert [command[-1] for command in calls][-2:] == ["known", "unknown"]


def test_a_server_that_a_test_needs_does_not_answer_to_the_world(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Debian starts what it installs, and with each start of the machine again."""
    table = {"server": {"package": "a-server", "command": "a-server", "service": "a-server"}}
    calls: list[tuple[str, ...]] = []

    def run(*command: str, cwd: Path | None = None) -> str:
        calls.append(command)
        if "install" in command:
            (tmp_path / "a-server").write_text("")
            (tmp_path / "a-server").chmod(0o755)
        return ""

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "table", lambda: table)
    monkeypatch.setattr(apt, "is_usable", lambda: True)
    monkeypatch.setattr(apt, "_run", run)
    monkeypatch.setattr(apt, "_need_network", lambda: None)
    assert programs.bring(["server"]) == []
    assert calls[1:] == [
        ("invoke-rc.d", "a-server", "stop"),
        ("update-rc.d", "a-server", "disable"),
    ]
