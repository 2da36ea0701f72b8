"""`--corpus`: what is left out is said, and a test that is named runs in any case."""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLE = """
import pytest

def test_always(): pass

@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.corpus) for n in (2, 3))])
def test_seed(seed): pass
"""


@pytest.fixture
def sample(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(test_sample=SAMPLE)
    return pytester


@pytest.mark.parametrize("spread", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "two workers"])
def test_a_run_says_what_it_left_to_the_long_one(sample, spread):
    result = sample.runpytest_subprocess("-p", "corpus", *spread)
    result.assert_outcomes(passed=2, deselected=0 if spread else 2)
    result.stdout.fnmatch_lines(["left to .ci/run: 2 tests (pytest --corpus)"])


@pytest.mark.parametrize(
    ("words", "passed"),
    [
        (["--corpus"], 4),
        (["-m", "corpus"], 2),
        (["test_sample.py::test_seed"], 3),
        (["test_sample.py::test_seed[3]"], 1),
    ],
    ids=["all", "marked", "function", "one"],
)
def test_what_is_asked_for_runs(sample, words, passed):
    result = sample.runpytest_inprocess("-p", "corpus", *words)
    assert result.parseoutcomes()["passed"] == passed
    result.stdout.no_fnmatch_line("left to*")
