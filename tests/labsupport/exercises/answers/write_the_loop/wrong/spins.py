# reason: asked (it )?60 times whether something had come: it spins
def run_loop(events, handlers):
    faults = []
    while True:
        if events.empty():
            continue
        kind, value = events.get()
        if kind == "quit":
            return faults
        for handler in handlers.get(kind, []):
            try:
                handler(value)
            except Exception as error:
                faults.append(error)
