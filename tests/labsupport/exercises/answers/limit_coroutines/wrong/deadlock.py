# reason: gather_pages was not done after 6 seconds
# endless
import asyncio


async def gather_pages(fetch, urls, limit):
    places = asyncio.Semaphore(limit)

    async def one(url):
        await places.acquire()
        return await fetch(url)

    return await asyncio.gather(*(one(url) for url in urls), return_exceptions=True)
