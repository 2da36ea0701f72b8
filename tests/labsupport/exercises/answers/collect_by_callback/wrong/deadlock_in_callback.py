# reason: never ends: a callback itself waits for a result from the pool
# endless
import multiprocessing as mp


def collect(task, numbers):
    results = []
    with mp.Pool(3) as pool:

        def add(value):
            results.append(value + last.get() - last.get())

        last = pool.apply_async(task, (numbers[-1],), callback=results.append)
        for n in numbers[:-1]:
            pool.apply_async(task, (n,), callback=add)
        last = pool.apply_async(task, (numbers[-1],))
        pool.close()
        pool.join()
    return results
