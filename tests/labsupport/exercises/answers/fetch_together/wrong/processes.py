# reason: the pages were fetched by other processes
from concurrent.futures import ProcessPoolExecutor


def fetch_all(fetch, names):
    with ProcessPoolExecutor(len(names)) as executor:
        return list(executor.map(fetch, names))
