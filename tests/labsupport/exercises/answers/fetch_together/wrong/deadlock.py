# reason: never ends
# endless
from concurrent.futures import ThreadPoolExecutor


def fetch_all(fetch, names):
    with ThreadPoolExecutor(1) as executor:
        outer = executor.submit(lambda: [executor.submit(fetch, name).result() for name in names])
        return outer.result()
