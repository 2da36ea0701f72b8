# reason: TypeError: .* came out of collect. Line \d+ of
# quick
import multiprocessing as mp


def collect(task, numbers):
    results = []
    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=results.append())
        pool.close()
        pool.join()
    return results
