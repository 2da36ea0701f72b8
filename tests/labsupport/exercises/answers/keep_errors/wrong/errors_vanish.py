# reason: have vanished: 4 \(four is not for sale\), 13 \(thirteen has left\)
import multiprocessing as mp


def run_all(task, numbers):
    results = {}
    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=lambda value, n=n: results.update({n: value}))
        pool.close()
        pool.join()
    return results, {}
