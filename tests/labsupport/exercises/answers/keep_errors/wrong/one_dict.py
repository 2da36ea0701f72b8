# reason: run_all returned an object of type dict, not two dicts
import multiprocessing as mp


def run_all(task, numbers):
    results = {}
    with mp.Pool(3) as pool:
        for n in numbers:
            try:
                results[n] = pool.apply(task, (n,))
            except Exception as error:
                results[n] = str(error)
    return results
