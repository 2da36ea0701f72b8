# reason: ended before the next event
# quick
def run_loop(events, handlers):
    faults = []
    while not events.empty():
        kind, value = events.get()
        if kind == "quit":
            break
        for handler in handlers.get(kind, []):
            try:
                handler(value)
            except Exception as error:
                faults.append(error)
    return faults
