# reason: the handlers ran so
# quick
def run_loop(events, handlers):
    faults = []
    while True:
        kind, value = events.get()
        if kind == "quit":
            return faults
        for handler in handlers.get(kind, [])[:1]:
            try:
                handler(value)
            except Exception as error:
                faults.append(error)
