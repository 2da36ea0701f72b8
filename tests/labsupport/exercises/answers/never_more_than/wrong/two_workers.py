# reason: never more than 2 tasks ran at once
import multiprocessing as mp


def run_limited(task, numbers, limit):
    with mp.Pool(2) as pool:
        return pool.map(task, numbers)
