# reason: only [0-4] of 5 pages had come when the function returned
# quick
import threading


def fetch_all(fetch, names):
    pages = []
    for name in names:
        threading.Thread(target=lambda name=name: pages.append(fetch(name))).start()
    return list(pages)
