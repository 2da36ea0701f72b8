# reason: fetch_all returned futures, not pages
# quick
from concurrent.futures import ThreadPoolExecutor


def fetch_all(fetch, names):
    with ThreadPoolExecutor(len(names)) as executor:
        return [executor.submit(fetch, name) for name in names]
