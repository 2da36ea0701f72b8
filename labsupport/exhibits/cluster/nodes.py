"""Two nodes on this machine: Ray's where it is installed, else a small stand-in.

    with local_cluster() as cluster:
        with cluster.pool() as pool:
            pool.map(work, items)
        cluster.pull_the_plug("B")

A node is what one computer is in a real cluster: some workers that live and die together. Both
engines offer the same few methods of ``multiprocessing.Pool``, so that a lesson runs on either and
shows the same. The stand-in is ordinary multiprocessing; what is sent to it is pickled as always.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import multiprocessing
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any, Protocol, Self

#: tells a task on which node it runs
NODE_VARIABLE = "LAB_NODE"
NODES = ("A", "B")
WORKERS_OF_A_NODE = 2
_START_LIMIT = 60.0  # seconds for a worker's first word, on a very busy machine


class NodeDiedError(RuntimeError):
    """The node on which a task ran, or should have run, is no more."""


class Result(Protocol):
    """What ``apply_async`` returns (Python docs, multiprocessing.pool.AsyncResult)."""

    def get(self, timeout: float | None = None) -> Any:
        """Return the task's result, or raise its error; TimeoutError after ``timeout`` seconds."""


class Pool(Protocol):
    """The methods of ``multiprocessing.Pool`` that every engine here has."""

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """Return ``function(item)`` for each item, in their order; raise the first error."""

    def apply_async(self, function: Callable[..., Any], arguments: tuple[Any, ...] = ()) -> Result:
        """Start ``function(*arguments)`` on some worker, and return at once."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class Cluster(Protocol):
    """Two nodes, "A" and "B", of two workers each."""

    #: what it is, for the reader
    engine: str

    def pool(self) -> Pool:
        """Return a new pool over the workers of all nodes that live."""

    def pull_the_plug(self, node: str) -> None:
        """End a node with all its workers at once, as a power cut does."""


def node_name() -> str:
    """Return the name of the node that this code runs on, "" outside of a cluster."""
    return os.environ.get(NODE_VARIABLE, "")


@contextlib.contextmanager
def local_cluster(*, ray: bool | None = None) -> Iterator[Cluster]:
    """Start a cluster of two nodes; it ends with the block, whatever happens there.

    Ray is taken when it is installed; ``ray=False`` asks for the stand-in. Ray needs some seconds
    to start. Raises RuntimeError for ``ray=True`` without Ray.
    """
    installed = importlib.util.find_spec("ray") is not None
    if ray and not installed:
        raise RuntimeError("Ray is not installed: pip install -e '.[cluster]'")
    if installed and ray is not False:
        # In a notebook the import itself complains on stderr that there are no widgets.
        logging.getLogger("ray.widgets.util").setLevel(logging.CRITICAL)
        from labsupport.exhibits.cluster.ray_nodes import RayCluster

        with RayCluster(NODES, WORKERS_OF_A_NODE) as cluster:
            yield cluster
    else:
        with StandIn(NODES, WORKERS_OF_A_NODE) as stand_in:
            yield stand_in


def _worker(node: str, connection: Connection) -> None:
    """Run tasks until the cluster closes its end of the pipe."""
    os.environ[NODE_VARIABLE] = node
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        connection.send("ready")
        while True:
            function, arguments = connection.recv()
            try:
                answer = True, function(*arguments)
            except Exception as error:
                answer = False, error
            connection.send(answer)


class StandIn:
    """The stand-in: each worker is a process at the other end of a pipe."""

    engine = "a stand-in of this course, as Ray is not installed (pip install -e '.[cluster]')"

    def __init__(self, nodes: Iterable[str], workers: int) -> None:
        self._nodes: dict[str, list[_Worker]] = {
            node: [_Worker(node) for _ in range(workers)] for node in nodes
        }

    def pool(self) -> Pool:
        """Return a new pool over the workers of all nodes that live."""
        return _StandInPool([worker for each in self._nodes.values() for worker in each])

    def pull_the_plug(self, node: str) -> None:
        """Kill all workers of a node; raises KeyError when there is no such node (any more)."""
        for worker in self._nodes.pop(node):
            worker.process.kill()
            worker.process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for node in list(self._nodes):
            for worker in self._nodes[node]:
                worker.connection.close()
            self.pull_the_plug(node)


class _Worker:
    """One process, and this program's end of the pipe to it."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.connection, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_worker, args=(node, theirs), daemon=True)
        self.process.start()
        theirs.close()
        if not self.connection.poll(_START_LIMIT):
            raise NodeDiedError(f"a worker of node {node} did not start")
        self.connection.recv()

    def run(self, task: tuple[Callable[..., Any], tuple[Any, ...]]) -> tuple[bool, Any]:
        """Return (True, result) or (False, error) of one task."""
        try:
            self.connection.send(task)
            answer: tuple[bool, Any] = self.connection.recv()
        except (EOFError, OSError):
            return False, NodeDiedError(f"node {self.node} died")
        except Exception as error:  # what cannot be pickled has not been sent
            return False, error
        return answer


class _StandInResult:
    def __init__(self) -> None:
        self.future: Future[Any] = Future()

    def get(self, timeout: float | None = None) -> Any:
        return self.future.result(timeout)


class _StandInPool:
    """One thread for each worker hands it the next task and waits for the answer."""

    def __init__(self, workers: list[_Worker]) -> None:
        self._tasks: queue.SimpleQueue[tuple[Any, _StandInResult] | None] = queue.SimpleQueue()
        self._alive = len(workers)
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._serve, args=(each,), daemon=True) for each in workers
        ]
        for thread in self._threads:
            thread.start()

    def apply_async(
        self, function: Callable[..., Any], arguments: tuple[Any, ...] = ()
    ) -> _StandInResult:
        result = _StandInResult()
        with self._lock:
            if self._alive:
                self._tasks.put(((function, arguments), result))
                return result
        result.future.set_exception(NodeDiedError("no node is left"))
        return result

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        results = [self.apply_async(function, (item,)) for item in items]
        return [result.get() for result in results]

    def _serve(self, worker: _Worker) -> None:
        while (job := self._tasks.get()) is not None:
            task, result = job
            done, value = worker.run(task)
            if done:
                result.future.set_result(value)
                continue
            result.future.set_exception(value)
            if isinstance(value, NodeDiedError):
                break
        with self._lock:
            self._alive -= 1
            if not self._alive:
                self._give_up()

    def _give_up(self) -> None:
        """Fail what nobody will do any more."""
        with contextlib.suppress(queue.Empty):
            while True:
                job = self._tasks.get_nowait()
                if job is not None:
                    job[1].future.set_exception(NodeDiedError("no node is left"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for _each in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
