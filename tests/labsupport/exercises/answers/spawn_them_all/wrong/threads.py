# reason: in other threads
from concurrent.futures import ThreadPoolExecutor


def run_all(task, items):
    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(task, item) for item in items]
    return [job.exception() or job.result() for job in jobs]
