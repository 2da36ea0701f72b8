# reason: Can't (pickle|get local object) .*<lambda>.* came out of run_limited. Line \d+ of
import multiprocessing as mp


def run_limited(task, numbers, limit):
    with mp.Pool(limit) as pool:
        return pool.map(lambda n: task(n), numbers)
