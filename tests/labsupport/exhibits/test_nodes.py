"""A cluster of two nodes keeps its promises on each engine: map, errors, a node that dies."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from labsupport.exhibits.cluster.nodes import Cluster, NodeDiedError, local_cluster, node_name

RAY = pytest.param(
    True,
    id="ray",
    marks=[
        pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra cluster"),
        pytest.mark.timeout(300),  # Ray starts some ten processes
    ],
)


@pytest.fixture(params=[pytest.param(False, id="stand-in"), RAY])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    before = set(psutil.Process().children(recursive=True))
    with local_cluster(ray=request.param) as started:
        yield started
    left = set(psutil.Process().children(recursive=True)) - before
    _, alive = psutil.wait_procs(left, timeout=30)
    # Servers of multiprocessing's start methods stay for the next process, as always.
    assert [each for each in alive if "multiprocessing" not in " ".join(each.cmdline())] == []


def where(place: Path, number: int) -> str:
    """Say on node B that this task has begun, and never end; on node A end when that is said."""
    if node_name() == "B":
        (place / "stuck").touch()
        signal.pause()
    # Else two quick workers of node A could do all tasks before node B has begun one.
    deadline = time.monotonic() + 60
    while not (place / "stuck").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return node_name()


def test_tasks_their_order_their_errors_and_the_death_of_a_node(
    cluster: Cluster, tmp_path: Path
) -> None:
    """One test for all, as an engine takes long to start."""
    with cluster.pool() as pool:
        assert pool.map(abs, range(-20, 0)) == list(range(20, 0, -1))
        assert pool.apply_async(int, ("7",)).get(60) == 7
        with pytest.raises(ValueError, match="seven"):
            pool.apply_async(int, ("seven",)).get(60)

        results = [pool.apply_async(where, (tmp_path, number)) for number in range(12)]
        deadline = time.monotonic() + 60
        while not (tmp_path / "stuck").exists():
            assert time.monotonic() < deadline, "node B has begun no task"
            time.sleep(0.01)
        cluster.pull_the_plug("B")
        done, lost = [], 0
        for result in results:
            try:
                done.append(result.get(60))
            except TimeoutError:
                raise
            except Exception:
                lost += 1
        assert set(done) == {"A"}
        assert lost >= 1
        assert len(done) + lost == 12
    with cluster.pool() as pool:
        assert pool.map(abs, range(10)) == list(range(10))
    with pytest.raises(KeyError):
        cluster.pull_the_plug("B")


def test_what_cannot_be_sent_fails_its_own_task_only() -> None:
    with local_cluster(ray=False) as cluster, cluster.pool() as pool:
        unsendable = pool.apply_async(lambda: 1)
        with pytest.raises(Exception, match=r"pickle|Can't get local object"):
            unsendable.get(10)
        assert pool.map(abs, [-1]) == [1]


def test_a_cluster_without_nodes_says_so() -> None:
    with local_cluster(ray=False) as cluster:
        cluster.pull_the_plug("A")
        cluster.pull_the_plug("B")
        with cluster.pool() as pool, pytest.raises(NodeDiedError, match="no node is left"):
            pool.map(abs, [1])


def test_tasks_that_wait_when_the_last_node_dies_fail() -> None:
    with local_cluster(ray=False) as cluster, cluster.pool() as pool:
        results = [pool.apply_async(time.sleep, (60,)) for _ in range(10)]
        cluster.pull_the_plug("A")
        cluster.pull_the_plug("B")
        for result in results:
            with pytest.raises(NodeDiedError):
                result.get(10)


def test_ray_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with (
        pytest.raises(RuntimeError, match=r"pip install -e '\.\[cluster\]'"),
        local_cluster(ray=True),
    ):
        pass


def test_outside_of_a_cluster_there_is_no_node() -> None:
    assert "LAB_NODE" not in os.environ
    assert node_name() == ""
