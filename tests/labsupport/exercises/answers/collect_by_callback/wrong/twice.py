# reason: some results more than once
import multiprocessing as mp


def collect(task, numbers):
    results = []
    with mp.Pool(3) as pool:
        answers = [pool.apply_async(task, (n,), callback=results.append) for n in numbers]
        results += [answer.get() for answer in answers]
        pool.close()
        pool.join()
    return results
