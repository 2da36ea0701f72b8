# reason: gather_pages is no coroutine function
# quick
def gather_pages(fetch, urls, limit):
    return []
