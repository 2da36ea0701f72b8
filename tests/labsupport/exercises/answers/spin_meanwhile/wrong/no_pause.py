# reason: spin was called more than 60 times in a moment
# quick
from concurrent.futures import ThreadPoolExecutor


def run_with_spinner(job, spin):
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(job)
        while not future.done():
            spin()
        return future.result()
