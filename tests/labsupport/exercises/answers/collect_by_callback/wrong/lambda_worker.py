# reason: a task could not be sent to a worker \(.*<lambda>
# quick
import multiprocessing as mp


def collect(task, numbers):
    results = []
    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(lambda n=n: task(n), callback=results.append)
        pool.close()
        pool.join()
    return results
