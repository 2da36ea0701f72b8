# reason: the main thread fetched every page itself
import threading


def fetch_pages(fetch, names):
    pages = {}

    def save(name):
        pages[name] = fetch(name)

    threads = [threading.Thread(target=save, args=(name,)) for name in names]
    for thread in threads:
        thread.run()
    return pages
