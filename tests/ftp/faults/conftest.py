"""Faults that a server meets in its life, each provoked for real.

Some are provoked in other folders, and not again here: a stranger at the data port
(``server/test_server_session.py``), an upload that is reset (``server/test_server_many.py``), a
plain file that shrinks while it is sent (``server/test_server_order.py``), an upload of one byte
after the other and a download that nobody reads (``server/test_server_deadlines.py``).
"""

from __future__ import annotations

import pytest
from crowd import LIMITS
from live_server import FtpServer


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    """A server whose clock the tests move; `server` gives it to each test, empty."""
    root = tmp_path_factory.mktemp("faults") / "root"
    root.mkdir()
    server = FtpServer(root, *LIMITS, "--minimum-rate", "100000", standing=True)
    try:
        yield server
        server.stop()
    finally:
        server.kill()
