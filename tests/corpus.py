"""A pytest plugin: tests that take long wait for ``--corpus``, and the run says how many did.

``@pytest.mark.corpus`` (or ``pytest.param(..., marks=pytest.mark.corpus)``) marks what only widens
a test that runs anyway: further seeds, further faults of the same kind, further answers. A test
that is the only one of its kind is never marked. What a command line names with ``::``, or asks for
with ``-m corpus``, runs in any case.
"""

from __future__ import annotations

from typing import Any

import pytest

#: how a worker of pytest-xdist tells the controller what it left out
_KEY = "corpus_left_out"

_left_out = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--corpus", action="store_true", help="run every test, those marked `corpus` as well"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "corpus: one of many of its kind, which runs with --corpus only"
    )
    config.stash[_left_out] = 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.corpus or "corpus" in config.option.markexpr:
        return
    named = [arg for arg in config.args if "::" in arg]
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        wait = item.get_closest_marker("corpus") and not _is_named(item, named)
        (left if wait else kept).append(item)
    if left:
        items[:] = kept
        config.hook.pytest_deselected(items=left)
        config.stash[_left_out] = len(left)


def _is_named(item: pytest.Item, named: list[str]) -> bool:
    """Tell whether the command line names this test, or the function or class that it is of."""
    for arg in named:
        path, *parts = arg.split("::")
        words = item.nodeid.split("::")[1:]
        names = [words, [*words[:-1], words[-1].split("[")[0]]]
        if item.path.samefile(path) and any(name[: len(parts)] == parts for name in names):
            return True
    return False


def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_KEY] = session.config.stash[_left_out]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over what a worker left out: each of them collects the same tests."""
    stash = node.config.stash
    stash[_left_out] = max(stash[_left_out], getattr(node, "workeroutput", {}).get(_KEY, 0))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if left := config.stash[_left_out]:
        tests = "1 test" if left == 1 else f"{left} tests"
        terminalreporter.write_line(f"left to .ci/run: {tests} (pytest --corpus)")
