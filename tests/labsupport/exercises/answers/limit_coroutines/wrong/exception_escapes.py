# reason: the exception of one page came out of gather_pages
# quick
import asyncio


async def gather_pages(fetch, urls, limit):
    places = asyncio.Semaphore(limit)

    async def one(url):
        async with places:
            return await fetch(url)

    return await asyncio.gather(*(one(url) for url in urls))
