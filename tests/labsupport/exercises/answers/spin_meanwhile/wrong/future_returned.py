# reason: the job's value was lost: run_with_spinner returned <Future
# quick
import time
from concurrent.futures import ThreadPoolExecutor


def run_with_spinner(job, spin):
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(job)
        while not future.done():
            spin()
            time.sleep(0.05)
        return future
