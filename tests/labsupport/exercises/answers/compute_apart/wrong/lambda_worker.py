# reason: Can't (pickle|get local object) .*<lambda>
# quick
from concurrent.futures import ProcessPoolExecutor


def compute_all(task, numbers, workers):
    with ProcessPoolExecutor(workers) as executor:
        return list(executor.map(lambda n: task(n), numbers))
