# reason: tasks ran at once, and the limit was 3
# quick
from concurrent.futures import ThreadPoolExecutor


def run_limited(task, numbers, limit):
    with ThreadPoolExecutor(len(numbers)) as pool:
        return list(pool.map(task, numbers))
