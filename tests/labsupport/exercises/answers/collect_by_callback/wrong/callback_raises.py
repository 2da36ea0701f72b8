# reason: never ends, because a callback raised TypeError: .* at the line `results\[0\] \+= value`
import multiprocessing as mp


def collect(task, numbers):
    results = [None]

    def add(value):
        results[0] += value

    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=add)
        pool.close()
        pool.join()
    return results
