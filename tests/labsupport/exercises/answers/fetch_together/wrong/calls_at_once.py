# reason: the main thread fetched every page itself
from concurrent.futures import ThreadPoolExecutor


def fetch_all(fetch, names):
    with ThreadPoolExecutor(len(names)) as executor:
        return [executor.submit(str, fetch(name)).result() for name in names]
