# reason: ValueError: Pool is still running came out of run_limited
# quick
import multiprocessing as mp


def run_limited(task, numbers, limit):
    pool = mp.Pool(limit)
    answers = [pool.apply_async(task, (n,)) for n in numbers]
    pool.join()
    return [answer.get() for answer in answers]
