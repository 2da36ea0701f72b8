# reason: not in the order of the addresses
import asyncio


async def gather_pages(fetch, urls, limit):
    places = asyncio.Semaphore(limit)

    async def one(url):
        async with places:
            try:
                return await fetch(url)
            except LookupError as error:
                return error

    return [await done for done in asyncio.as_completed([one(url) for url in urls])]
