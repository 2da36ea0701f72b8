# reason: 6 of 6 results were missing
# quick
import multiprocessing as mp


def collect(task, numbers):
    results = []
    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=results.append)
    return results
