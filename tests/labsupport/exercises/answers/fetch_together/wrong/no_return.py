# reason: fetch_all returned None
# quick
from concurrent.futures import ThreadPoolExecutor


def fetch_all(fetch, names):
    with ThreadPoolExecutor(len(names)) as executor:
        list(executor.map(fetch, names))
