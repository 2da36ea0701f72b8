# reason: never ends
# endless
import threading


def run_with_spinner(job, spin):
    done = threading.Event()
    thread = threading.Thread(target=job)
    thread.start()
    done.wait()
