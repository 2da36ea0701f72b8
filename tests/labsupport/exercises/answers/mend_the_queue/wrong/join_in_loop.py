# reason: never more than 1 page was on the way at once
import threading


def fetch_pages(fetch, names):
    pages = {}

    def save(name):
        pages[name] = fetch(name)

    for name in names:
        thread = threading.Thread(target=save, args=(name,))
        thread.start()
        thread.join()
    return pages
