# reason: never more than 1 visitor at once, although 3 were allowed
# quick
from urllib.request import urlopen


def fetch_all(urls, limit):
    pages = []
    for url in urls:
        with urlopen(url) as answer:
            pages.append(answer.read())
    return pages
