# reason: blog was fetched 5 times, and news, mail, maps, shop not at all
# quick
import threading


def fetch_pages(fetch, names):
    pages = {}

    def save(name):
        pages[name] = fetch(name)

    threads = [threading.Thread(target=lambda: save(name)) for name in names]  # noqa: B023
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return pages
