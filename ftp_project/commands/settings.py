"""``config``: check the options and print them."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def config(flags: dict[str, Any], file: Path | None, show: bool) -> None:
    """Check the options of "serve" from flags, environment and file; everything wrong is told."""
    from ftp_project.server.observe.hooks import commands
    from ftp_project.settings.people import make_users
    from ftp_project.settings.show import show as text_of
    from ftp_project.settings.sources import load

    loaded = load(flags, file)
    commands(loaded.options)
    if loaded.options.root is not None:  # else there is nothing to serve yet
        make_users(loaded.options)
    print(text_of(loaded) if show else "All options are right.")
