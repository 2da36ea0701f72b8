# reason: returned the objects that apply_async gives
# quick
import multiprocessing as mp


def run_limited(task, numbers, limit):
    with mp.Pool(limit) as pool:
        return [pool.apply_async(task, (n,)) for n in numbers]
