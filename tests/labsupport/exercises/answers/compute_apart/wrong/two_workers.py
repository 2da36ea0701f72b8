# reason: never more than 2 processes computed at once
from concurrent.futures import ProcessPoolExecutor


def compute_all(task, numbers, workers):
    with ProcessPoolExecutor(2) as executor:
        return list(executor.map(task, numbers))
