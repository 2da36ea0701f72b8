# quick
import threading


def on_click(value, executor, work, post):
    future = executor.submit(work, value)

    def wait():
        try:
            post("done", future.result())
        except Exception as error:
            post("failed", error)

    threading.Thread(target=wait).start()
