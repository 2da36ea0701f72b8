"""Run jobs from a terminal: the loop, one site after the other, Ctrl-C, and the exit status."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ftp_project import called_as
from ftp_project.client.credentials import find_credentials
from ftp_project.client.progress import ProgressReport, shown_bytes
from ftp_project.client.session import Site
from ftp_project.client.session_pool import Job, SessionPool
from ftp_project.client.trust import make_context
from ftp_project.client.urls import Url
from ftp_project.errors import UsageError
from ftp_project.loop import Coro, Loop, TaskCancelled, join


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What get, put and ls have in common. Times are seconds."""

    parallel: int = 4
    tls: bool = False
    insecure: bool = False
    ca: Path | None = None
    timeout: float = 30.0


def make_site(url: Url, settings: Settings) -> Site:
    """Return the server of ``url`` with the user who logs in; raises ``UsageError``."""
    if url.implicit and settings.tls:
        raise UsageError("--tls asks for TLS after the greeting and ftps:// for TLS before it: "
                         "use one of them")  # fmt: skip
    user, password = find_credentials(url)
    protected = url.implicit or settings.tls
    if not protected and (settings.insecure or settings.ca is not None):
        raise UsageError("--insecure and --ca need TLS: add --tls, or write ftps://")
    context = make_context(settings.ca, insecure=settings.insecure) if protected else None
    return Site(
        host=url.host,
        port=url.port,
        user=user,
        password=password,
        tls=context,
        implicit=url.implicit,
        timeout=settings.timeout,
        stall=max(60.0, settings.timeout),
    )


def group_by_site(
    wanted: Sequence[tuple[Url, Job]], settings: Settings
) -> list[tuple[Site, list[Job]]]:
    """Put the jobs of one login together, in the order in which they were named."""
    groups: dict[tuple[object, ...], tuple[Site, list[Job]]] = {}
    for url, job in wanted:
        key = (url.host, url.port, url.user, url.password, url.implicit)
        if key not in groups:
            groups[key] = (make_site(url, settings), [])
        groups[key][1].append(job)
    return list(groups.values())


def run_jobs(
    groups: Sequence[tuple[Site, list[Job]]], parallel: int, report: ProgressReport
) -> int:
    """Carry out all jobs; return the exit status: 0, or 1 when something failed.

    Raises KeyboardInterrupt for Ctrl-C, after the connections have been closed.
    """
    loop = Loop()
    main = loop.spawn(_run_all(groups, parallel, report), "jobs")
    if threading.current_thread() is threading.main_thread():
        loop.on_signal(signal.SIGINT, lambda: loop.cancel(main))
    began = time.monotonic()
    with report:
        try:
            failed = loop.run(join(main, None))
        except TaskCancelled:
            raise KeyboardInterrupt from None
    _sum_up(report, failed, time.monotonic() - began)
    return 1 if failed else 0


def _run_all(
    groups: Sequence[tuple[Site, list[Job]]], parallel: int, report: ProgressReport
) -> Coro[int]:
    failed = 0
    for site, jobs in groups:
        pool = SessionPool(site, parallel, report)
        for job in jobs:
            yield from pool.add_job(job)
        yield from pool.wait_for_all()
        failed += pool.failed
    return failed


def _sum_up(report: ProgressReport, failed: int, seconds: float) -> None:
    if report.files > 1:
        rate = shown_bytes(report.count / max(seconds, 1e-3))
        report.note(
            f"{report.files} files, {shown_bytes(report.count)} in {seconds:.1f} s ({rate}/s)"
        )
    if failed > 1:
        with contextlib.suppress(OSError):
            print(f"{called_as.name()}: {failed} failed", file=sys.stderr)
