"""The eight stages together: what they judge stands in one file for each theme."""

from __future__ import annotations

from labsupport.capstone import crowd, download, limits, listing, login, paths, rude, upload
from labsupport.capstone.items import ITEMS, Item

THEMES = (login, paths, listing, download, upload, crowd, rude, limits)


def all_items() -> dict[str, Item]:
    """Return every item by its name, in the order of the stages."""
    return dict(sorted(ITEMS.items(), key=lambda pair: pair[1].stage))
