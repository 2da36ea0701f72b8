# reason: never ends
# endless
import threading
from concurrent.futures import ProcessPoolExecutor


def compute_all(task, numbers, workers):
    lock = threading.Lock()
    with lock, ProcessPoolExecutor(workers) as executor:
        results = list(executor.map(task, numbers))
        with lock:
            return results
