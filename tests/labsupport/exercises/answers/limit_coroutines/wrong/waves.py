# reason: gather_pages returned None
import asyncio


async def gather_pages(fetch, urls, limit):
    for start in range(0, len(urls), limit):
        await asyncio.gather(*map(fetch, urls[start : start + limit]), return_exceptions=True)
