# reason: errors\[4\] is .ValueError\(
import multiprocessing as mp


def run_all(task, numbers):
    results, errors = {}, {}
    with mp.Pool(3) as pool:
        waiting = {n: pool.apply_async(task, (n,)) for n in numbers}
        for n, answer in waiting.items():
            try:
                results[n] = answer.get()
            except Exception as error:
                errors[n] = repr(error)
    return results, errors
