# reason: spin was called [1-3] times, then no more
import time
from concurrent.futures import ThreadPoolExecutor


def run_with_spinner(job, spin):
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(job)
        for _ in range(3):
            spin()
            time.sleep(0.05)
        return future.result()
