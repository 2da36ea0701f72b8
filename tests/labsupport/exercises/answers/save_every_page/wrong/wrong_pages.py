# reason: does not hold its own page
# quick
from pathlib import Path
from urllib.request import urlopen

import gevent


def save_pages(urls, folder):
    def save(name):
        with urlopen(url) as answer:
            Path(folder, f"{name}.html").write_bytes(answer.read())

    jobs = []
    for url in urls:
        jobs.append(gevent.spawn(save, url.rpartition("/")[2].partition("?")[0]))
    gevent.joinall(jobs)
