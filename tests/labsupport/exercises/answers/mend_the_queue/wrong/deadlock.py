# reason: never ends
# endless
import threading


def fetch_pages(fetch, names):
    pages = {}
    lock = threading.Lock()

    def save(name):
        with lock:
            pages[name] = fetch(name)

    threads = [threading.Thread(target=save, args=(name,)) for name in names]
    with lock:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return pages
