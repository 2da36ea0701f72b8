# reason: ValueError: Pool is still running came out of collect
# quick
import multiprocessing as mp


def collect(task, numbers):
    results = []
    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=results.append)
        pool.join()
        pool.close()
    return results
