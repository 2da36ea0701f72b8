# reason: no handler, and KeyError
def run_loop(events, handlers):
    faults = []
    while True:
        kind, value = events.get()
        if kind == "quit":
            return faults
        for handler in handlers[kind]:
            try:
                handler(value)
            except Exception as error:
                faults.append(error)
