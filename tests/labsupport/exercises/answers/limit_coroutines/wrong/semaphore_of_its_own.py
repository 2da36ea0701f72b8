# reason: 8 pages were fetched at once, and the limit was 3
import asyncio


async def gather_pages(fetch, urls, limit):
    async def one(url):
        async with asyncio.Semaphore(limit):
            return await fetch(url)

    return await asyncio.gather(*(one(url) for url in urls), return_exceptions=True)
