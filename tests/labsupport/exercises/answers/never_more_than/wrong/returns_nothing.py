# reason: run_limited returned None
import multiprocessing as mp


def run_limited(task, numbers, limit):
    with mp.Pool(limit) as pool:
        pool.map(task, numbers)
