"""What a program says is understood in the words of every Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsupport.hang_doctor.evidence.stacks import Frame
from labsupport.hang_doctor.rules import Evidence, _cannot_import
from labsupport.hang_doctor.wait_kinds import Wait, busy_line

WAITING = [Wait("main process", "pool-result", "a result from the pool", None, (), True)]
TRACEBACK = """Process ForkPoolWorker-1:
Traceback (most recent call last):
  File "/usr/lib/python3/multiprocessing/process.py", line 320, in _bootstrap
    self.run()
  File "/usr/lib/python3/multiprocessing/{file}.py", line 387, in {function}
    return _ForkingPickler.loads(res)
           ~~~~~~~~~~~~~~~~~~~~~^^^^^
{error}
"""
WORDS = {
    "3.11": "AttributeError: Can't get attribute 'square' on <module '__main__' from 'a.py'>",
    "3.14": "AttributeError: module '__main__' has no attribute 'square'",
}


@pytest.mark.parametrize("version", WORDS)
@pytest.mark.parametrize(
    ("file", "function"), [("queues", "get"), ("connection", "recv"), ("spawn", "_main")]
)
def test_a_function_that_cannot_be_imported_is_named(
    version: str, file: str, function: str
) -> None:
    said = TRACEBACK.format(file=file, function=function, error=WORDS[version])
    found = _cannot_import(WAITING, Evidence(said))
    assert found is not None
    assert "a worker could not import 'square'" in found[1]


def test_an_attribute_that_the_task_itself_looked_for_is_no_import() -> None:
    said = TRACEBACK.format(file="pool", function="worker", error=WORDS["3.14"])
    assert _cannot_import(WAITING, Evidence(said)) is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (2, "while not ready():"),
        (3, "while not ready():"),
        (4, "for each in things:"),
        (7, "for each in things:"),
        (8, "count += 1"),
        (9, "pass"),
    ],
)
def test_a_loop_that_does_nothing_is_shown_by_its_head(
    tmp_path: Path, line: int, shown: str
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "def wait(ready, things):\n"
        "    while not ready():\n"
        "        pass\n"
        "    for each in things:\n"
        "        if each:\n"
        "# a comment\n"
        "            continue\n"
        "        count += 1\n"
        "    pass\n"
    )
    assert busy_line(Frame(str(program), line, "wait")) == shown
