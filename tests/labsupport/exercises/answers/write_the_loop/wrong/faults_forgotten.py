# reason: two handlers raised exceptions, and run_loop returned \[\]
# quick
def run_loop(events, handlers):
    while True:
        kind, value = events.get()
        if kind == "quit":
            return []
        for handler in handlers.get(kind, []):
            try:
                handler(value)
            except Exception:
                continue
