# reason: the tasks ran in your own process, where all threads share one GIL
from concurrent.futures import ThreadPoolExecutor


def compute_all(task, numbers, workers):
    with ThreadPoolExecutor(workers) as executor:
        return list(executor.map(task, numbers))
