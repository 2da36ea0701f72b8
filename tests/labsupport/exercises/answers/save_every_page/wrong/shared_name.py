# reason: 3 of 4 files are missing
from pathlib import Path
from urllib.request import urlopen

import gevent


def save_pages(urls, folder):
    name = ""

    def save(url):
        nonlocal name
        name = url.rpartition("/")[2].partition("?")[0]
        with urlopen(url) as answer:
            page = answer.read()
        Path(folder, f"{name}.html").write_bytes(page)

    gevent.joinall([gevent.spawn(save, url) for url in urls])
