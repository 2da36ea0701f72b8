# reason: the error of one task \(ValueError: four is not for sale\) came out
# quick
import multiprocessing as mp


def run_all(task, numbers):
    with mp.Pool(3) as pool:
        waiting = {n: pool.apply_async(task, (n,)) for n in numbers}
        return {n: answer.get() for n, answer in waiting.items()}, {}
