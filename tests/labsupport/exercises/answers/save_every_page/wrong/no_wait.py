# reason: 4 of 4 files are missing; the folder holds instead: nothing
# quick
from pathlib import Path
from urllib.request import urlopen

import gevent


def save_pages(urls, folder):
    def save(url):
        name = url.rpartition("/")[2].partition("?")[0]
        with urlopen(url) as answer:
            Path(folder, f"{name}.html").write_bytes(answer.read())

    for url in urls:
        gevent.spawn(save, url)
