# reason: never more than 1 task ran at once
import multiprocessing as mp


def run_limited(task, numbers, limit):
    with mp.Pool(limit) as pool:
        return [pool.apply_async(task, (n,)).get() for n in numbers]
