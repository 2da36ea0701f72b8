# reason: never ends|stands still|deadlock
# endless
import threading

lock = threading.Lock()


def gather(submit, items, attempts):
    with lock:
        started = {item: submit(item) for item in items}
        with lock:
            return {item: task.get() for item, task in started.items()}
