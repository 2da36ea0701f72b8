# reason: not in the order of the numbers
import multiprocessing as mp


def run_limited(task, numbers, limit):
    with mp.Pool(limit) as pool:
        return list(pool.imap_unordered(task, numbers))
