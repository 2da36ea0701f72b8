# reason: all pages are there, but not in the order
from concurrent.futures import ThreadPoolExecutor, as_completed


def fetch_all(fetch, names):
    with ThreadPoolExecutor(len(names)) as executor:
        waiting = [executor.submit(fetch, name) for name in names]
        return [future.result() for future in as_completed(waiting)]
