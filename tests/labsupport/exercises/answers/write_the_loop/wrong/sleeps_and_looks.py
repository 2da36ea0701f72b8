# reason: asked it 60 times whether something had come: it spins
import queue
import time


def run_loop(events, handlers):
    faults = []
    while True:
        try:
            kind, value = events.get_nowait()
        except queue.Empty:
            time.sleep(0.005)
            continue
        if kind == "quit":
            return faults
        for handler in handlers.get(kind, []):
            try:
                handler(value)
            except Exception as error:
                faults.append(error)
