# reason: the main thread fetched every page itself
def fetch_all(fetch, names):
    return [fetch(name) for name in names]
