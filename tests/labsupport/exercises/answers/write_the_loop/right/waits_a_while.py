# quick
import queue


def run_loop(events, handlers):
    faults = []
    while True:
        try:
            kind, value = events.get(timeout=30)
        except queue.Empty:
            continue
        if kind == "quit":
            return faults
        for handler in handlers.get(kind, ()):
            try:
                handler(value)
            except Exception as fault:
                faults.append(fault)
