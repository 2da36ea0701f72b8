"""A Ray cluster of two nodes on this machine (docs.ray.io, ``ray.util.multiprocessing.Pool``).

Only `nodes` imports this, and only where Ray is installed. Ray listens on 127.0.0.1
alone, writes below a directory of its own, and both end with the block.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

# Before the import: Ray then calls this machine 127.0.0.1, whatever other names it has.
os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")  # for a very busy machine

import ray
from ray.cluster_utils import Cluster as Nodes
from ray.util.multiprocessing import Pool

from labsupport.ownership.owners import remove_place
from labsupport.ownership.scratch import owner_folder

_HOST = "127.0.0.1"
_NOTICE_LIMIT = 60.0  # seconds
_STORE = 100 * 1024 * 1024  # bytes of each node's memory for objects


class RayCluster:
    """Nodes of Ray, started as separate process trees; see `nodes.Cluster`."""

    def __init__(self, nodes: Iterable[str], workers: int) -> None:
        self.engine = f"Ray {ray.__version__}"
        self._workers = workers
        # Straight below the folder of all owners: Ray adds 62 bytes for its sockets.
        self._directory = str(owner_folder("ray"))
        self._nodes: dict[str, Any] = {}
        # Ray writes the address of a cluster there, whatever its own directory is, and does not
        # make the folder: on a machine that never ran Ray there is none.
        notes = Path(os.environ.get("RAY_TMPDIR") or tempfile.gettempdir()) / "ray"
        self._notes = None if notes.exists() else notes
        notes.mkdir(parents=True, exist_ok=True)
        logging.getLogger("ray").setLevel(logging.CRITICAL)
        try:
            self._cluster = Nodes(shutdown_at_exit=True)
            for node in nodes:
                # The first one becomes the head, which knows of all others.
                more = {} if self._nodes else {"temp_dir": self._directory}
                self._nodes[node] = self._cluster.add_node(
                    num_cpus=workers,
                    node_ip_address=_HOST,
                    include_dashboard=False,
                    object_store_memory=_STORE,
                    env_vars={"LAB_NODE": node, "PYTHONPATH": os.pathsep.join(_import_paths())},
                    **more,
                )
            ray.init(
                address=self._cluster.address, logging_level=logging.CRITICAL, log_to_driver=False
            )
            _keep_quiet()
        except BaseException:
            self.__exit__()
            raise

    def pool(self) -> Any:
        """Return Ray's Pool over all workers of the nodes that live."""
        # By default an actor at work counts as no processor, and all may come onto one node.
        return Pool(processes=self._workers * len(self._nodes), ray_remote_args={"num_cpus": 1})

    def pull_the_plug(self, node: str) -> None:
        """Kill a node's processes; raises KeyError when there is no such node (any more)."""
        self._cluster.remove_node(self._nodes.pop(node), allow_graceful=False)
        # The head learns of it by heartbeats that do not come; until then it would still send
        # tasks there.
        deadline = time.monotonic() + _NOTICE_LIMIT
        while sum(each["Alive"] for each in ray.nodes()) > len(self._nodes):
            if time.monotonic() > deadline:
                raise RuntimeError("Ray has not noticed that the node died")
            time.sleep(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            ray.shutdown()
        with contextlib.suppress(Exception):
            self._cluster.shutdown()
        remove_place(Path(self._directory))
        if self._notes is not None:
            remove_place(self._notes)


def _import_paths() -> list[str]:
    """Return where this program finds its modules: a worker must find the same."""
    return [path for path in sys.path if path]


def _keep_quiet() -> None:
    """Keep the pages of logs of a node that dies out of the notebook.

    Ray prints them from a thread of its own, whatever is asked with ``log_to_driver``.
    """
    ray._private.worker.print_to_stdstream = lambda *_, **__: None
