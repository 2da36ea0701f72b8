"""The environment: made once, refreshed when it must be, never left half-made."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

import pytest
from patience import HANG

from launcher import apt, environment, installers, network
from launcher.current import is_ready
from launcher.problems import (
    NoNetworkError,
    SetupError,
    disk_full,
    explain,
    explain_os_error,
)

from .support import ROOT, Copy


def test_it_is_made_once_and_then_reused(copy: Copy) -> None:
    first = copy.course("check")
    assert (first.returncode, copy.calls()) == (7, ["venv", "pip ."])
    assert "once" in first.stderr
    assert Path(json.loads(first.stdout)["python"]).parent.parent == copy.environment
    again = copy.course("check")
    assert (again.returncode, again.stderr, copy.calls()) == (7, "", [])


def test_a_changed_project_and_a_new_extra_are_installed_in_place(copy: Copy) -> None:
    copy.course("check")
    copy.calls()
    assert copy.course("test").returncode == 7
    assert copy.calls() == ["pip .[test]"]
    with (copy.root / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert copy.course("lab").returncode == 7
    assert copy.calls() == ["pip .[test]"], "the extra stays once it is there"


@pytest.mark.parametrize("change", ["python", "root"])
def test_another_python_or_place_makes_it_anew(copy: Copy, change: str) -> None:
    copy.course("check")
    copy.calls()
    stamp = copy.environment / "course-stamp.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), change: "another"}))
    (copy.environment / "old").touch()
    assert copy.course("check").returncode == 7
    assert copy.calls() == ["venv", "pip ."]
    assert not (copy.environment / "old").exists()


def test_a_launcher_killed_in_the_middle_is_recovered_from(copy: Copy) -> None:
    assert copy.course("check", wish="kill").returncode == -9
    assert copy.environment.exists()
    copy.calls()
    assert copy.course("check").returncode == 7
    assert copy.calls() == ["venv", "pip ."]


def test_ctrl_c_leaves_nothing(copy: Copy) -> None:
    done = copy.course("check", wish="interrupt")
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert not copy.environment.exists()


def test_an_environment_made_by_hand_is_kept(copy: Copy) -> None:
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", copy.environment], check=True, timeout=HANG
    )
    (copy.environment / "mine").touch()
    assert copy.course("check").returncode == 7
    assert copy.calls() == ["pip ."]
    assert (copy.environment / "mine").exists()


def test_an_environment_that_does_not_run_is_made_anew(copy: Copy) -> None:
    copy.course("check")
    copy.calls()
    (copy.environment / "bin" / "python").unlink()
    assert copy.course("check").returncode == 7
    assert copy.calls() == ["venv", "pip ."]


NO_NETWORK = "error: Failed to fetch: dns error: Temporary failure in name resolution"


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (NO_NETWORK, "no network answers"),
        ("ERROR: [Errno 28] No space left on device", "The disk with"),
        ("error: failed to create directory: Permission denied (os error 13)", "cannot be written"),
        ("x\nERROR: Cannot build wheel of thing", "Cannot build wheel of thing"),
        ("Failed to fetch: No space left on device", "The disk with"),
    ],
)
def test_a_failed_installation_is_one_sentence_and_leaves_nothing(
    copy: Copy, output: str, sentence: str
) -> None:
    done = copy.course("check", wish=output)
    *_, told = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in told
    assert "same command" in told
    assert "Traceback" not in done.stderr
    assert not copy.environment.exists()


def test_without_a_network_the_old_packages_stay_usable(copy: Copy) -> None:
    copy.course("check")
    project = copy.root / "pyproject.toml"
    before = project.read_text()
    project.write_text(before + "# changed\n")
    assert copy.course("check", wish=NO_NETWORK).returncode == 1
    project.write_text(before)
    copy.calls()
    assert (copy.course("check").returncode, copy.calls()) == (7, [])


def test_system_errors_say_what_to_do() -> None:
    folder = Path("somewhere")
    for number, words in ((28, "is full"), (30, "cannot be written by you"), (5, "Input")):
        assert words in str(explain_os_error(OSError(number, os.strerror(number)), folder))
    assert isinstance(explain(NO_NETWORK, folder), NoNetworkError)


@pytest.mark.parametrize("extras", [frozenset(), frozenset({"test"})])
def test_an_interpreter_with_the_course_installed_is_used_as_it_is(extras: frozenset[str]) -> None:
    """Conda, Binder and a development container need no second environment."""
    assert is_ready(ROOT, extras), "install again: pip install -e '.[test]'"


def test_an_interpreter_without_the_course_is_not_used(copy: Copy) -> None:
    assert not is_ready(copy.root, frozenset()), "this one has the course, but from elsewhere"


def test_without_a_network_nothing_is_tried_and_nothing_removed(copy: Copy) -> None:
    copy.course("check")
    stamp = copy.environment / "course-stamp.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "python": "another"}))
    copy.calls()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    copy.set_index(port)
    done = copy.course("lab")
    assert (done.returncode, done.stdout) == (1, "")
    [sentence] = done.stderr.splitlines()
    assert f"no network answers: 127.0.0.1, port {port}, the index of packages" in sentence
    assert "Connection refused" in sentence
    assert copy.calls() == [], "no installer was sent out"
    assert stamp.exists(), "another Python may still use it"


def test_a_resolver_that_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    end = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait() and [])
    monkeypatch.setattr(network, "LIMIT", 0.2)
    monkeypatch.setattr(network, "SILENCE", 0.1)
    try:
        with pytest.raises(NoNetworkError, match=r"mirror\.example, port 443.*no answer within"):
            network.need("https://mirror.example/simple", "")
    finally:
        end.set()
    assert "Waiting for an answer of mirror.example" in capsys.readouterr().err
    assert network.LIMIT + network.SILENCE < 10


@pytest.mark.parametrize(
    ("url", "proxy", "way"),
    [
        ("https://mirror.example/simple", None, ("mirror.example", 443, "the index of packages")),
        ("http://u:p@mirror.example:81/", None, ("mirror.example", 81, "the index of packages")),
        ("https://mirror.example/simple", "door:3128", ("door", 3128, "the proxy")),
        ("https://mirror.example/simple", "socks5://door", ("door", 1080, "the proxy")),
        ("file:///opt/packages", None, None),
        ("https://mirror.example:port/", None, None),
    ],
)
def test_the_way_to_the_packages_is_the_installers(
    monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None, way: object
) -> None:
    monkeypatch.setattr(urllib.request, "getproxies", dict)
    assert network.route(url, proxy) == way
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"https": "http://gate:8080"})
    if proxy is None and way and url.startswith("https"):
        assert network.route(url) == ("gate", 8080, "the proxy")
        assert network.route(url, "") == way, "a proxy can be switched off"


def test_pip_tells_its_index_and_its_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = http://mirror.example:81/simple\nproxy = door:3128\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    assert installers._index(sys.executable) == ("http://mirror.example:81/simple", "door:3128")
    without_pip = tmp_path / "bare"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", without_pip], check=True, timeout=60
    )
    python = str(without_pip / "bin" / "python")
    assert installers._index(python)[0] == "http://mirror.example:81/simple"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert installers._index(sys.executable) == (None, None)


def test_packages_that_went_elsewhere_are_noticed(copy: Copy) -> None:
    done = copy.course("lab", wish="elsewhere")
    assert done.returncode == 1
    assert "a setting of the installer sends them elsewhere" in done.stderr
    assert not copy.environment.exists()


class Debian:
    """Stands in for a Debian whose Python has neither pip nor ensurepip, and for its packages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.log = ""
        monkeypatch.setattr(installers, "find_uv", lambda: None)
        monkeypatch.setattr(installers, "_has_ensurepip", lambda _: False)
        monkeypatch.setattr(installers, "need_index", lambda *_: None)
        monkeypatch.setattr(apt, "is_there", lambda: True)
        monkeypatch.setattr(apt, "_need_network", lambda: None)
        monkeypatch.setattr(apt, "_run", self.run)
        monkeypatch.setattr(tempfile, "tempdir", str(folder))

    def run(self, *command: str, cwd: Path | None = None) -> str:
        self.asked.append(command)
        if "download" in command and cwd is not None:
            (cwd / "python3-pip-whl_1_all.deb").touch()
        elif command[0] == "dpkg-deb":
            (Path(command[-1]) / "pip-1-py3-none-any.whl").touch()
        return self.log


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Debian:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return Debian(monkeypatch, folder)


def test_pip_comes_from_debians_package_without_any_rights(
    debian: Debian, copy: Copy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], folder: Path, cwd: Path | None = None) -> None:
        commands.append(command)
        folder.mkdir(exist_ok=True)

    monkeypatch.setattr(installers, "run", run)
    monkeypatch.setattr(installers, "_fails", lambda command: "pip" in command)
    copy.environment.mkdir()
    environment._create(environment.Environment(copy.root), environment._wanted(copy.root, set()))
    [make, bring_pip, install] = [" ".join(map(str, command)) for command in commands]
    assert "-m venv --without-pip" in make
    assert bring_pip.endswith("pip-1-py3-none-any.whl")
    assert install.endswith("-m pip install --disable-pip-version-check -e .")
    assert {words[0] for words in debian.asked} == {"apt-get", "dpkg-deb"}
    assert not {"install", "update"} & {word for words in debian.asked for word in words}
    assert list(Path(tempfile.gettempdir()).iterdir()) == [], "what was unpacked is gone"
    assert "This Python comes without pip" in capsys.readouterr().err


def test_a_half_made_environment_gets_its_pip_the_same_way(debian: Debian, copy: Copy) -> None:
    """`python3 -m venv .venv` leaves such a half on Debian."""
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", copy.environment], check=True, timeout=60
    )
    with installers.pip_wheel(copy.environment / "bin" / "python") as wheel:
        assert wheel is not None
        assert wheel.is_file()
    with installers.pip_wheel(Path(sys.executable)) as wheel:
        assert wheel is None, "this one has its pip"


def test_debian_packages_that_cannot_be_had_are_one_sentence(
    debian: Debian, monkeypatch: pytest.MonkeyPatch
) -> None:
    debian.log = "E: Unable to locate package python3-pip-whl"
    monkeypatch.setattr(apt, "unpack", lambda *_: debian.log)
    with pytest.raises(SetupError, match="Unable to locate package"), installers.pip_wheel():
        pass
    monkeypatch.setattr(apt, "is_there", lambda: False)
    with pytest.raises(SetupError, match="often called python3-venv"), installers.pip_wheel():
        pass


def test_a_python_without_ensurepip_is_noticed(tmp_path: Path) -> None:
    """Debian removes the package, and its empty folder stays."""
    assert installers._has_ensurepip(sys.executable)
    (tmp_path / "ensurepip").mkdir()
    program = tmp_path / "python"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} -c "import sys; '
        'sys.path[:] = [\'{0}\']; exec(sys.argv[1])" "$2"\n'.format(tmp_path)
    )
    program.chmod(0o755)
    assert not installers._has_ensurepip(str(program))


def test_the_full_disk_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    full = {Path(tempfile.gettempdir()): 0, tmp_path: 10**9}
    monkeypatch.setattr("launcher.problems._free", full.__getitem__)
    assert f"The disk with {tempfile.gettempdir()} is full" in str(disk_full(tmp_path))
    full[tmp_path] = -1
    assert f"The disk with {tmp_path} is full" in str(disk_full(tmp_path))
