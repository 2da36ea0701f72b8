# reason: a job raised ValueError, and run_with_spinner did not raise it
# quick
import threading
import time


def run_with_spinner(job, spin):
    found = []
    thread = threading.Thread(target=lambda: found.append(job()))
    thread.start()
    while thread.is_alive():
        spin()
        time.sleep(0.05)
    return found[0] if found else None
