# reason: never more than 1 page was on the way at once, and there are 5 names
from concurrent.futures import ThreadPoolExecutor


def fetch_all(fetch, names):
    with ThreadPoolExecutor(len(names)) as executor:
        return [executor.submit(fetch, name).result() for name in names]
