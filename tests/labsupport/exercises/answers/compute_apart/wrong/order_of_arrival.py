# reason: all results are there, but not in the order
from concurrent.futures import ProcessPoolExecutor, as_completed


def compute_all(task, numbers, workers):
    with ProcessPoolExecutor(workers) as executor:
        waiting = [executor.submit(task, n) for n in numbers]
        return [future.result() for future in as_completed(waiting)]
