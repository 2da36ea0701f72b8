"""What all tests of labsupport share; its place puts this folder's `answering` on their path."""

from __future__ import annotations

import multiprocessing

import pytest


@pytest.fixture(autouse=True)
def _no_start_method_of_another_test() -> None:
    """Forget the start method: the first use of multiprocessing settles it for the process."""
    multiprocessing.set_start_method(None, force=True)  # type: ignore[arg-type]
