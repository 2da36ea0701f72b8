# reason: the handler behind it was not called
def run_loop(events, handlers):
    faults = []
    while True:
        kind, value = events.get()
        if kind == "quit":
            return faults
        try:
            for handler in handlers.get(kind, []):
                handler(value)
        except Exception as error:
            faults.append(error)
