# reason: which is no task's result
import multiprocessing as mp


def collect(task, numbers):
    results = []
    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=lambda value: results.append([value]))
        pool.close()
        pool.join()
    return results
