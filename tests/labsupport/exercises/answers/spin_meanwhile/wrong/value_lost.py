# reason: the job's value was lost: run_with_spinner returned None
import threading
import time


def run_with_spinner(job, spin):
    thread = threading.Thread(target=job)
    thread.start()
    while thread.is_alive():
        spin()
        time.sleep(0.05)
