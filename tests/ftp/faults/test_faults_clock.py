"""The clock of the calendar jumps, and the settings are read again, while clients are served."""

from __future__ import annotations

import hashlib
import io
import os
import signal
from concurrent.futures import ThreadPoolExecutor

from live_server import LAUNCHER, STANDING, FtpServer

#: each look at the calendar shows another decade, as if somebody set the clock all the time
JUMPS = """
import itertools, time
steps = itertools.cycle((0, 300_000_000, -300_000_000, 5))
real, real_ns = time.time, time.time_ns
time.time = lambda: real() + next(steps)
time.time_ns = lambda: real_ns() + next(steps) * 1_000_000_000
"""


def test_a_clock_that_jumps_ends_no_session_and_holds_up_none(tmp_path, monkeypatch):
    monkeypatch.setattr(FtpServer, "launcher", JUMPS + STANDING + LAUNCHER)
    (tmp_path / "root").mkdir()
    xferlog = tmp_path / "xferlog"
    server = FtpServer(
        tmp_path / "root", "--idle-timeout", "200", "--login-timeout", "200",
        "--stall-timeout", "200", "--upload-rate", "10 MB", "--xferlog", str(xferlog),
        standing=True,
    )  # fmt: skip
    data = os.urandom(300_000)
    try:
        with server.client() as ftp:
            with server.time_passing(0.1):  # else the limited rate would never give more
                for number in range(3):
                    ftp.storbinary(f"STOR {number}", io.BytesIO(data))
                    got = []
                    ftp.retrbinary(f"RETR {number}", got.append)
                    assert b"".join(got) == data
                    assert len(ftp.nlst()) == number + 1
                    ftp.retrlines("LIST", list)
            server.pass_time(200)
            # Deadlines are those of a clock that does not jump (time.monotonic, PEP 418).
            assert ftp.getmultiline().startswith("421 Too long without a command")
        lines = xferlog.read_text().splitlines()
        assert len(lines) == 6
        assert all(int(line.split()[5]) < 30 for line in lines), "the seconds of a transfer"
        server.wait_idle()
        server.stop()
    finally:
        server.kill()


def test_signals_to_read_the_settings_again_under_load_lose_nothing(tmp_path):
    (tmp_path / "root").mkdir()
    log, xferlog = tmp_path / "log", tmp_path / "xferlog"
    server = FtpServer(
        tmp_path / "root", "--xferlog", str(xferlog), "--log-file", str(log), "--log-level", "info"
    )

    def work(number):
        """Move files up and down; after each, all settings are read again."""
        data = os.urandom(200_000)
        with server.client() as ftp:
            for _ in range(4):
                ftp.storbinary(f"STOR {number}", io.BytesIO(data))
                server.process.send_signal(signal.SIGHUP)
                got = hashlib.sha256()
                ftp.retrbinary(f"RETR {number}", got.update)
                assert got.digest() == hashlib.sha256(data).digest()
        return number

    try:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == list(range(4))
        server.close_clients()
        server.wait_idle()
        assert len(xferlog.read_text().splitlines()) == 4 * 4 * 2
        assert "users read again" in log.read_text()
        server.stop()
    finally:
        server.kill()
