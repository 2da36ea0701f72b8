# reason: never ends
# endless
def run_loop(events, handlers):
    while True:
        kind, value = events.get()
        for handler in handlers.get(kind, []):
            handler(value)
