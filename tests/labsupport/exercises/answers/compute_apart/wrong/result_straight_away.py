# reason: never more than 1 process computed at once, although 3 were asked for
# quick
from concurrent.futures import ProcessPoolExecutor


def compute_all(task, numbers, workers):
    with ProcessPoolExecutor(workers) as executor:
        return [executor.submit(task, n).result() for n in numbers]
