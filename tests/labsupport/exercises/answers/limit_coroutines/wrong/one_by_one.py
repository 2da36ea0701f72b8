# reason: never more than 1 page was fetched at once
async def gather_pages(fetch, urls, limit):
    found = []
    for url in urls:
        try:
            found.append(await fetch(url))
        except LookupError as error:
            found.append(error)
    return found
