# reason: 4 of 4 files are missing; the folder holds instead: bakery.html\?meet
from pathlib import Path
from urllib.request import urlopen

import gevent


def save_pages(urls, folder):
    def save(url):
        name = url.rpartition("/")[2].replace("?", ".html?")
        with urlopen(url) as answer:
            Path(folder, name).write_bytes(answer.read())

    gevent.joinall([gevent.spawn(save, url) for url in urls])
