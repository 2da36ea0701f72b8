# reason: fetch_pages returned a list
# quick
from concurrent.futures import ThreadPoolExecutor


def fetch_pages(fetch, names):
    with ThreadPoolExecutor(len(names)) as executor:
        return list(executor.map(fetch, names))
