"""The process of the judge's clients, `main`, and the orders that it takes.

It reads orders from standard input, one JSON object a line, and answers each with a line. So a
client that hangs, or drowns in what a server sends, is ended from outside, and the judge goes on.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from labsupport.capstone.findings import Unmet, told
from labsupport.capstone.items import Item
from labsupport.capstone.stages import all_items
from labsupport.capstone.wire import Place


def order(item: Item, place: Place) -> dict[str, Any]:
    """Return the order to probe one item, as the child reads it."""
    return {
        "item": item.name,
        "port": place.port,
        "home": str(place.home),
        "user": place.user,
        "password": place.password,
        "pid": place.pid,
        "seconds": item.seconds,
    }


def carry_out(items: dict[str, Item], job: dict[str, Any]) -> dict[str, Any]:
    """Probe one item; return {} if the server does what it asks, else what was found."""
    place = Place(
        job["port"], Path(job["home"]), job["user"], job["password"], job["pid"], job["seconds"]
    )
    try:
        with place:
            items[job["item"]].probe(place)
    except Unmet as unmet:
        return {"wanted": unmet.wanted, "sent": unmet.sent, "came": unmet.came}
    except OSError as error:
        return {"wanted": "that the connection goes on", "sent": "", "came": told(error)}
    return {}


def main() -> None:
    """Carry out orders until standard input ends."""
    items = all_items()
    for line in sys.stdin:
        found = carry_out(items, json.loads(line))
        print(json.dumps(found), flush=True)
        if threading.active_count() > 1:
            os._exit(0)  # clients of the last item still wait: begin anew without them
