# reason: never more than 3 pages were on the way at once
from concurrent.futures import ThreadPoolExecutor


def fetch_all(fetch, names):
    with ThreadPoolExecutor(3) as executor:
        return list(executor.map(fetch, names))
