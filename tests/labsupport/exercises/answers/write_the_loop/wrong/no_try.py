# reason: came out of run_loop: the loop
# quick
def run_loop(events, handlers):
    while True:
        kind, value = events.get()
        if kind == "quit":
            return []
        for handler in handlers.get(kind, []):
            handler(value)
