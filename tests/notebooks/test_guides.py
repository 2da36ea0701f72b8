"""What CONTRIBUTING and its pages name exists: files, folders, commands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "docs/house-style.md",
    *sorted((ROOT / "docs/contributing").glob("*.md")),
]


def shell_lines(guide: Path) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", guide.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


COMMANDS = sorted({line for guide in GUIDES for line in shell_lines(guide)})


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_files_and_links_of_a_guide_exist(guide: Path) -> None:
    text = guide.read_text("utf-8")
    prose = re.sub(r"^ *(`{3,}).*?^ *\1\s*$", "", text, flags=re.MULTILINE | re.DOTALL)
    missing = [
        name
        for name in re.findall(r"`([\w.-]+/[\w./-]*)`", prose)
        if "NN_" not in name and not (ROOT / name).exists()
    ]
    without_code = re.sub(r"`[^`]*`", "", prose)
    missing += [
        link
        for link in re.findall(r"\]\(([^)#\s]+)\)", without_code)
        if "://" not in link and not (guide.parent / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_a_guide_exists(line: str) -> None:
    words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
    program, rest = words[0], words[1:]
    if program in ("python", "python3") and rest[0] == "-m":
        assert find_spec(rest[1])
        if rest[1].startswith(("labsupport", "ftp_project")):
            _has_subcommand([sys.executable, "-m", rest[1]], rest[2])
    elif program in ("python", "python3"):
        assert (ROOT / rest[0]).is_file()
        _help_names([sys.executable, rest[0]], rest[1])
    elif program not in (".", "pip"):
        scripts = {script.name for script in entry_points(group="console_scripts")}
        assert program in scripts | {"ruff"}
        assert [word for word in rest if "/" in word and not (ROOT / word).exists()] == []


def _has_subcommand(command: list[str], name: str) -> None:
    done = subprocess.run(
        [*command, name, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _help_names(command: list[str], name: str) -> None:
    done = subprocess.run(
        [*command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert re.search(rf"^ +{name}\b", done.stdout, re.MULTILINE), done.stdout
