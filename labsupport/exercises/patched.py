"""Patch an interpreter before anything of an answer runs in it (the `startup` of an exercise)."""

from __future__ import annotations

import os


def install() -> None:
    """Call `gevent.monkey.patch_all()`, in the first process of an answer only.

    A program that the probe starts, such as the web site, is none of the answer's business: it
    does not inherit the wish.
    """
    os.environ.pop("LAB_STARTUP_EVERY", None)
    from gevent import monkey

    monkey.patch_all()
