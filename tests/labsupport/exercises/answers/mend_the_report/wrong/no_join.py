# reason: the report (had not begun|was not finished) when run_and_report returned
import multiprocessing


def reporter(over, report):
    over.wait()
    report()


def run_and_report(job, report):
    over = multiprocessing.Event()
    child = multiprocessing.Process(target=reporter, args=(over, report))
    child.start()
    value = job()
    over.set()
    return value
