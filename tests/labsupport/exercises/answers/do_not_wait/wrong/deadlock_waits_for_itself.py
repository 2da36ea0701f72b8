# reason: never ends
# endless
import threading


def on_click(value, executor, work, post):
    done = threading.Event()
    executor.submit(work, value)
    done.wait()
