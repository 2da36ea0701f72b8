# reason: a thread ended with TypeError: .*save\(\) takes 1 positional argument but 4 were given
# quick
import threading


def fetch_pages(fetch, names):
    pages = {}

    def save(name):
        pages[name] = fetch(name)

    threads = [threading.Thread(target=save, args=(name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return pages
