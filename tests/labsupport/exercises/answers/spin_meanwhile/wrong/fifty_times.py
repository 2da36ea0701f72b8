# reason: spin was called [0-9]+ times after the job had ended
# quick
import time
from concurrent.futures import ThreadPoolExecutor


def run_with_spinner(job, spin):
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(job)
        for _ in range(50):
            spin()
            time.sleep(0.03)
        return future.result()
