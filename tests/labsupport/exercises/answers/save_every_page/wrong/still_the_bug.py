# reason: 3 of 4 files are missing; the folder holds only the last one
from pathlib import Path
from urllib.request import urlopen

import gevent


def save_pages(urls, folder):
    jobs = []
    for url in urls:

        def save():
            name = url.rpartition("/")[2].partition("?")[0]  # noqa: B023
            with urlopen(url) as answer:  # noqa: B023
                Path(folder, f"{name}.html").write_bytes(answer.read())

        jobs.append(gevent.spawn(save))
    gevent.joinall(jobs)
