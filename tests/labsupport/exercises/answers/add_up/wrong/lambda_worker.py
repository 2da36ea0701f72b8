# reason: [Cc]an't (pickle|get local object) .*<lambda>.* came out of add_up
# quick
import multiprocessing as mp


def work(task, part, total):
    total.value += task(part)


def add_up(task, parts):
    total = mp.Value("i", 0)
    worker = mp.Process(target=lambda: [work(task, part, total) for part in parts])
    worker.start()
    worker.join()
    return total.value
