# reason: the main thread fetched every page itself
import threading


def fetch_pages(fetch, names):
    pages = {}

    def save(name):
        pages[name] = fetch(name)

    for name in names:
        thread = threading.Thread(target=save(name))
        thread.start()
        thread.join()
    return pages
