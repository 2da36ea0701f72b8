"""Can this machine run the course, and if not, what to do: ``python -m tools.machine``."""

from __future__ import annotations

from tools.machine.examination import examine, full_report, report

__all__ = ["examine", "full_report", "report"]
