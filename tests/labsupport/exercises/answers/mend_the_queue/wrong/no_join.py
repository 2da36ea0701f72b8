# reason: only [0-4] of 5 pages had come when the function returned
# quick
import threading


def fetch_pages(fetch, names):
    pages = {}

    def save(name):
        pages[name] = fetch(name)

    for name in names:
        threading.Thread(target=save, args=(name,)).start()
    return dict(pages)
