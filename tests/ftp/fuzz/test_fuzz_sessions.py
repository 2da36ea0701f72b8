"""A short run of the state machine; ``long_sessions.py`` makes long ones."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from live_server import FtpServer
from session_machine import machine_for

SHORT = settings(
    max_examples=8,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_any_sessions(tmp_path: Path) -> None:
    root = tmp_path / "own" / "root"
    root.mkdir(parents=True)
    server = FtpServer(root)
    try:
        run_state_machine_as_test(machine_for(server), settings=SHORT)
        server.stop()
    finally:
        server.kill()
