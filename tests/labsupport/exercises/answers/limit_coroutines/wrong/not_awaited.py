# reason: returned coroutines or tasks, not results
# quick
async def gather_pages(fetch, urls, limit):
    return [fetch(url) for url in urls]
