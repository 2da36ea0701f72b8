# reason: the files are right, but the site had never more than 1 of 4
# quick
from pathlib import Path
from urllib.request import urlopen

import gevent


def save_pages(urls, folder):
    def save():
        name = url.rpartition("/")[2].partition("?")[0]
        with urlopen(url) as answer:
            Path(folder, f"{name}.html").write_bytes(answer.read())

    for url in urls:  # noqa: B007
        gevent.spawn(save).join()
