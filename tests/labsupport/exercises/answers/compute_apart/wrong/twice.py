# reason: task was called 16 times for 8 numbers
from concurrent.futures import ProcessPoolExecutor


def compute_all(task, numbers, workers):
    with ProcessPoolExecutor(workers) as executor:
        list(executor.map(task, numbers))
        return list(executor.map(task, numbers))
