# quick
def call(handler, value):
    try:
        handler(value)
    except Exception as fault:
        return [fault]
    return []


def run_loop(events, handlers):
    faults = []
    for kind, value in iter(events.get, None):
        if kind == "quit":
            break
        for handler in handlers.get(kind, []):
            faults += call(handler, value)
    return faults
