# reason: fetch_all returned a generator, not a list
# quick
from concurrent.futures import ThreadPoolExecutor


def fetch_all(fetch, names):
    with ThreadPoolExecutor(len(names)) as executor:
        return executor.map(fetch, names)
