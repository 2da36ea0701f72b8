# reason: run_limited takes \(task, numbers\), not \(task, numbers, limit\)
# quick
import multiprocessing as mp


def run_limited(task, numbers):
    with mp.Pool(3) as pool:
        return pool.map(task, numbers)
