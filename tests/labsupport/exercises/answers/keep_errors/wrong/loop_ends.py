# reason: have vanished: 13
# quick
import multiprocessing as mp


def run_all(task, numbers):
    results, errors = {}, {}
    with mp.Pool(3) as pool:
        waiting = {n: pool.apply_async(task, (n,)) for n in numbers}
        try:
            for n, answer in waiting.items():
                results[n] = answer.get()
        except ValueError as error:
            errors[n] = str(error)
    return results, errors
