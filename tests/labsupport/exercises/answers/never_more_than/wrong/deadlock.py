# reason: never ends: lock is taken a second time
# endless
import multiprocessing as mp


def run_limited(task, numbers, limit):
    lock = mp.Lock()
    with lock, mp.Pool(limit) as pool:
        results = pool.map(task, numbers)
        with lock:
            return results
