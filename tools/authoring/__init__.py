"""Tools for those who write the lessons: build, check and lint the notebooks.

A lesson is written as MyST Markdown in ``notebooks/src/`` and built into an executed notebook in
``notebooks/``. ``python -m tools.authoring --help`` names the commands; docs/house-style.md
holds the rules that they test.
"""

from __future__ import annotations

import tools.authoring.quick_schema  # noqa: F401 - before any module here imports nbformat
