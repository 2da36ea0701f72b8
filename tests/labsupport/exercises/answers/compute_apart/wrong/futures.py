# reason: compute_all returned futures
# quick
from concurrent.futures import ProcessPoolExecutor


def compute_all(task, numbers, workers):
    with ProcessPoolExecutor(workers) as executor:
        return [executor.submit(task, n) for n in numbers]
