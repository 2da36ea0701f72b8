"""Start kernels in the way Jupyter does, but with nothing of this machine's user in them.

The running interpreter is the kernel's, whatever kernels are installed; the user's own IPython
start-up files and history stay out; the connection goes over Unix sockets where possible, because
a TCP port is chosen before it is bound and a lesson's many clients may take it in between.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from labsupport.ownership.scratch import temporary_folder

# A Unix socket's path has 108 bytes on Linux, 104 on macOS, with the final NUL: unix(7).
_LONGEST_SOCKET_PATH = 95


class _ThisPython(KernelSpecManager):
    """Finds one kernel: ipykernel under the interpreter that runs now."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(**get_kernel_dict())


def kernel_environment(root: Path, private: Path) -> dict[str, str]:
    """Return a kernel's environment: `root` is importable, `private` takes IPython's own files.

    PYTEST_CURRENT_TEST makes ipykernel drop what child processes print; PYTHONUNBUFFERED changes
    what buffers do, which some lessons show.
    """
    env = {
        k: v for k, v in os.environ.items() if k not in ("PYTEST_CURRENT_TEST", "PYTHONUNBUFFERED")
    }
    paths = [str(root), *filter(None, [env.get("PYTHONPATH")])]
    return env | {"PYTHONPATH": os.pathsep.join(paths), "IPYTHONDIR": str(private / "ipython")}


@asynccontextmanager
async def running_kernel(
    root: Path, cwd: Path
) -> AsyncIterator[tuple[AsyncKernelManager, AsyncKernelClient, Path]]:
    """Start a kernel in folder `cwd`; yield its manager, a ready client and its log's file.

    However the block ends, the kernel has ended afterwards and its files are gone.
    Raises RuntimeError when the kernel does not start.
    """
    with temporary_folder() as private:
        options: dict[str, Any] = {"connection_file": str(private / "connection.json")}
        if os.name == "posix" and len(os.fsencode(private / "s-5")) < _LONGEST_SOCKET_PATH:
            options |= {"transport": "ipc", "ip": str(private / "s")}
        manager = AsyncKernelManager(
            kernel_spec_manager=_ThisPython(), shutdown_wait_time=3.0, **options
        )
        log = private / "log"
        with log.open("wb") as sink:
            await manager.start_kernel(
                cwd=str(cwd),
                env=kernel_environment(root, private),
                stdout=sink,
                stderr=sink,
                extra_arguments=["--HistoryManager.enabled=False"],
            )
        client: AsyncKernelClient = manager.client()
        finished = False
        try:
            client.start_channels()
            await client.wait_for_ready(timeout=60)
            yield manager, client, log
            finished = True
        finally:
            if not finished and await manager.is_alive():
                await manager.interrupt_kernel()  # a busy cell would hold up the polite end
            client.stop_channels()
            await manager.shutdown_kernel()
