"""Stacks name files and functions as they are called, in any alphabet and any folder."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labsupport.hang_doctor.diagnosis import examine
from labsupport.hang_doctor.evidence import stacks
from labsupport.hang_doctor.evidence.stacks import Frame, parse_stacks, unescape

PROGRAM = """
import faulthandler, sys

def größe_长():
    faulthandler.dump_traceback(sys.stdout)

größe_长()
"""
HANGS = """
import threading

def wait_for_ever():
    threading.Event().wait()

wait_for_ever()
"""


def test_the_examples_of_the_module_hold() -> None:
    result = doctest.testmod(stacks)
    assert (result.attempted > 0, result.failed) == (True, 0)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (r"/home/J\xfcrgen/a.py", "/home/Jürgen/a.py"),
        (r"/home/\u674e/\U0001f600.py", "/home/李/😀.py"),
        (r"/home/\udcff/a.py", "/home/\udcff/a.py"),  # a byte that is no UTF-8: os.fsdecode
        (r"/home/\x41/\u0042/\U00110000", r"/home/\x41/\u0042/\U00110000"),
        ("/home/a\\b/\\x", "/home/a\\b/\\x"),
    ],
)
def test_what_faulthandler_escapes_is_undone(written: str, name: str) -> None:
    assert os.fsencode(unescape(written)) == os.fsencode(name)  # bytes: a report can be sent


def test_a_stack_names_a_file_and_a_function_of_any_alphabet(tmp_path: Path) -> None:
    file = tmp_path / "Grüße 李 😀" / "größe.py"
    file.parent.mkdir()
    file.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(file)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.isascii()
    ((inner, outer),) = parse_stacks(done.stdout)
    assert inner == Frame(str(file), 5, "größe_长")
    assert (outer.path, outer.function) == (str(file), "<module>")


def test_the_hang_doctor_shows_the_line_of_a_file_in_such_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "Grüße 李" / "waits.py"
    file.parent.mkdir()
    file.write_text(HANGS, encoding="utf-8")
    found = examine(file)
    assert "threading.Event().wait()" in found
