"""Tell the user how far it is: bars in a terminal, else a line for each file that is done."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ftp_project import called_as

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def shown_bytes(count: float) -> str:
    """Return a number of bytes for people: ``1.5 MB``, counted in thousands.

    >>> shown_bytes(999), shown_bytes(1_500_000)
    ('999 B', '1.5 MB')
    """
    unit = 0
    while count >= 999.95 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.1f} {_UNITS[unit]}" if unit else f"{count:.0f} B"


class Bar:
    """The progress of one file; used with ``with``. What is shown depends on the report."""

    def __init__(self, report: ProgressReport, label: str, done: int) -> None:
        self.report = report
        self.label = label
        self.done = done
        self.count = 0
        self.began = time.monotonic()

    def moved(self, count: int) -> None:
        """Note bytes that have been moved."""
        self.count += count
        self.report.count += count

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.report.files += 1
            self.finished(time.monotonic() - self.began)

    def finished(self, seconds: float) -> None:
        """Tell that the file is complete."""
        self.report.note(f"{self.label}: {shown_bytes(self.count)} in {seconds:.2f} s")


class ProgressReport:
    """What the user sees, in plain lines. ``files`` and ``count`` are what has been moved."""

    def __init__(self) -> None:
        self.files = 0
        self.count = 0

    def __enter__(self) -> ProgressReport:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def expect(self, size: int | None) -> None:
        """Note that a file of ``size`` bytes will be moved."""

    def begin(self, label: str, size: int | None, done: int) -> Bar:
        """Show the beginning of a file of which ``done`` bytes are there already."""
        return Bar(self, label, done)

    def note(self, text: str) -> None:
        """Show a line."""
        print(text, flush=True)

    def failure(self, label: str, sentence: str) -> None:
        """Show that something failed, and why."""
        print(f"{called_as.name()}: {label}: {sentence}", file=sys.stderr, flush=True)


class QuietReport(ProgressReport):
    """Failures only."""

    def note(self, text: str) -> None:
        """Show nothing."""


class BarReport(ProgressReport):
    """Bars in a terminal, drawn by rich; the upper one is the sum."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress
        self.expected = 0
        self.total: TaskID = progress.add_task("all", total=None)

    def __enter__(self) -> BarReport:
        self.progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def expect(self, size: int | None) -> None:
        """Make the sum larger."""
        self.expected += size or 0
        self.progress.update(self.total, total=self.expected)

    def begin(self, label: str, size: int | None, done: int) -> Bar:
        """Add a bar; it goes away when the file is complete."""
        self.progress.advance(self.total, done)
        return _RichBar(self, label, size, done)

    def note(self, text: str) -> None:
        """Show a line above the bars."""
        self.progress.console.print(text, markup=False, highlight=False)

    def failure(self, label: str, sentence: str) -> None:
        """Show it above the bars."""
        self.note(f"{called_as.name()}: {label}: {sentence}")


class _RichBar(Bar):
    def __init__(self, report: BarReport, label: str, size: int | None, done: int) -> None:
        super().__init__(report, label, done)
        self.progress, self.total = report.progress, report.total
        self.task = self.progress.add_task(_short(label), total=size, completed=done)

    def moved(self, count: int) -> None:
        """Move this bar and the sum."""
        super().moved(count)
        self.progress.advance(self.task, count)
        self.progress.advance(self.total, count)

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        if error[0] is not None:  # the next attempt counts its bytes again
            self.progress.advance(self.total, -self.count - self.done)
        self.progress.remove_task(self.task)

    def finished(self, seconds: float) -> None:
        """Nothing: the bar goes away, and the sum has grown."""


def _short(label: str, most: int = 36) -> str:
    return label if len(label) <= most else f"…{label[1 - most :]}"


def make_report(quiet: bool) -> ProgressReport:
    """Return bars when standard error is a terminal, else lines."""
    if quiet:
        return QuietReport()
    if not sys.stderr.isatty():
        return ProgressReport()
    from rich import progress as rich_progress
    from rich.console import Console

    return BarReport(
        rich_progress.Progress(
            rich_progress.TextColumn("{task.description}", markup=False),
            rich_progress.BarColumn(),
            rich_progress.DownloadColumn(),
            rich_progress.TransferSpeedColumn(),
            rich_progress.TimeRemainingColumn(),
            console=Console(stderr=True),
            refresh_per_second=4,
        )
    )
