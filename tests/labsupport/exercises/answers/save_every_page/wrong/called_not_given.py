# reason: the files are right, but the site had never more than 1 of 4
from pathlib import Path
from urllib.request import urlopen

import gevent


def save_pages(urls, folder):
    def save(url):
        name = url.rpartition("/")[2].partition("?")[0]
        with urlopen(url) as answer:
            Path(folder, f"{name}.html").write_bytes(answer.read())

    jobs = []
    for url in urls:
        jobs.append(gevent.spawn(save(url)))
