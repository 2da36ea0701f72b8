# reason: Can't (pickle|get local object) .*<lambda>|not finished|had not begun
# quick
import multiprocessing


def reporter(over, report):
    over.wait()
    report()


def run_and_report(job, report):
    over = multiprocessing.Event()
    child = multiprocessing.Process(target=lambda: reporter(over, report))
    child.start()
    value = job()
    over.set()
    child.join()
    return value
