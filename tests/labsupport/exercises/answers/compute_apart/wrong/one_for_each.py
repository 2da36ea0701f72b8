# reason: [4-8] processes computed at once, and 3 were asked for
from concurrent.futures import ProcessPoolExecutor


def compute_all(task, numbers, workers):
    with ProcessPoolExecutor(len(numbers)) as executor:
        return list(executor.map(task, numbers))
