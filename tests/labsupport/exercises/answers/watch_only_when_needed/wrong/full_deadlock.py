# reason: another client did not read its long answer; .* The server was at the line
# endless
import select
from selectors import EVENT_READ


def on_event(selector, connection, waiting, events):
    waiting += connection.recv(65536).upper()
    while waiting:
        select.select([], [connection], [])
        del waiting[: connection.send(waiting)]
    selector.modify(connection, EVENT_READ, waiting)
