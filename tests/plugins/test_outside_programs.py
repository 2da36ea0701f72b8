"""Outside programs: called through one fixture only, and what is left out for them is said."""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import programs
import pytest

from launcher.programs import table

TESTS = Path(__file__).parents[1]
ANSWERS = TESTS / "labsupport" / "answers"  # what learners write: no tests
FILES = [
    file
    for file in sorted({*TESTS.rglob("*.py"), *TESTS.parent.glob("*.py")})
    if ANSWERS not in file.parents
]

SAMPLE = """
import pytest

@pytest.fixture(scope="module")
def browser(program):
    return program("absent-too")

def test_one(program): program("absent")
def test_two(program): program("absent")
def test_three(browser): pass
def test_four(browser): pass
def test_present(program): assert program("present").endswith("/sh")
def test_other_reason(): pytest.skip("no right to mount")
"""
TABLE = """
[absent]
package = "absent-client"
command = "there-is-no-such-program"

[absent-too]
package = "another-client"
run = ["sh", "-c", "exit 1"]

[present]
package = "dash"
command = "there-is-no-such-program"
also = ["sh"]
"""


@pytest.fixture
def sample(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A run of its own, with a copy of the plugin and of the launcher that has another table."""
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("CI", raising=False)
    pytester.makepyfile(test_sample=SAMPLE, programs=Path(programs.__file__).read_text("utf-8"))
    shutil.copytree(TESTS.parent / "launcher", pytester.path / "launcher")
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "programs.toml").write_text(TABLE)
    return pytester


@pytest.mark.parametrize("spread", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "two workers"])
def test_what_is_left_out_is_counted_apart_from_other_skips(sample, spread):
    result = sample.runpytest_subprocess("-p", "programs", *spread)
    result.assert_outcomes(passed=1, skipped=5)
    sudo = "" if os.geteuid() == 0 else "sudo "
    result.stdout.fnmatch_lines(
        [
            "4 tests of 2 programs left out; to run them: "
            f"{sudo}apt-get install absent-client another-client"
        ]
    )


@pytest.mark.parametrize("value", ["true", "1"])
def test_ci_leaves_nothing_out(sample, monkeypatch, value):
    monkeypatch.setenv("CI", value)
    result = sample.runpytest_subprocess("-p", "programs")
    result.assert_outcomes(passed=1, skipped=1, failed=2, errors=2)
    result.stdout.fnmatch_lines(["*there is no absent (Debian: absent-client); with CI=true*"])
    result.stdout.no_fnmatch_line("*left out; to run them*")


def test_a_program_that_the_table_does_not_name_is_a_mistake(program):
    with pytest.raises(KeyError, match="frobnicate"):
        program("frobnicate")


def test_each_entry_of_the_table_is_asked_for_and_whole():
    assert len(FILES) > 150
    texts = "".join(file.read_text("utf-8") for file in FILES if file != Path(__file__))
    for name, entry in table().items():
        assert ("command" in entry) != ("run" in entry), name
        assert entry["package"], name
        assert f'"{name}"' in texts, f"no test asks for {name}"


#: what starts a program: a module, and its functions that take one
STARTERS = {
    "subprocess": ("run", "Popen", "call", "check_call", "check_output", "getoutput"),
    "asyncio": ("create_subprocess_exec", "create_subprocess_shell"),
    "os": ("system", "popen", "posix_spawn", "posix_spawnp", "spawnv", "execv", "execvp"),
    "supervised_process": ("start_guarded",),
}
#: what a test starts because it cannot be started, and the shell that every Unix has (POSIX)
NO_PROGRAMS = {"/no-such-program", "/dev", "/bin/sh"}
NAMES = {name for names in STARTERS.values() for name in names} - {"run", "call"}


def outside_calls(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that call a program by a name of their own, not by the fixture's path."""
    lists = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.List | ast.Tuple)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name == "which":
                yield node.lineno
        if not isinstance(node, ast.Call) or not _starts(node.func):
            continue
        if any(word.arg == "shell" for word in node.keywords):
            yield node.lineno
        for words in [*node.args[:1], *(w.value for w in node.keywords if w.arg == "args")]:
            if isinstance(words, ast.Name):
                words = lists.get(words.id, words)
            first = (
                next(iter(words.elts), None) if isinstance(words, ast.List | ast.Tuple) else words
            )
            if isinstance(first, ast.JoinedStr) or (
                isinstance(first, ast.Constant)
                and isinstance(first.value, str)
                and first.value not in NO_PROGRAMS
            ):
                yield node.lineno


def _starts(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in NAMES
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.attr in STARTERS.get(function.value.id, ())
    )


def test_no_test_calls_a_program_by_itself() -> None:
    calls = [
        f"{file.relative_to(TESTS.parent)}:{line}"
        for file in FILES
        if file.name not in ("programs.py", "course.py")
        for line in outside_calls(ast.parse(file.read_text("utf-8")))
    ]
    assert calls == [], "ask the fixture `program` for the path"


@pytest.mark.parametrize(
    "line",
    [
        "subprocess.run(['curl', '-s', url])",
        "subprocess.Popen(args=('curl', url))",
        "subprocess.check_output(f'curl {url}', **options)",
        "subprocess.run(words, shell=True)",
        "Popen(['/usr/bin/curl'])",
        "command = ['curl', url]; subprocess.run(command)",
        "os.system('curl')",
        "os.execvp('curl', ['curl'])",
        "start_guarded(['curl'])",
        "shutil.which('curl')",
        "found = map(shutil.which, NAMES)",
        "from shutil import which; which('curl')",
    ],
)
def test_such_a_call_is_found(line):
    assert set(outside_calls(ast.parse(line))) == {1}


@pytest.mark.parametrize(
    "line",
    [
        "subprocess.run([program('curl'), url])",
        "subprocess.run([sys.executable, '-m', 'ftp_project'])",
        "run('curl', url)",
        "path = program('curl')",
    ],
)
def test_a_call_through_the_fixture_is_none(line):
    assert list(outside_calls(ast.parse(line))) == []
