# reason: never ends
# endless
import multiprocessing


def reporter(over, report):
    over.wait()
    report()


def run_and_report(job, report):
    over = multiprocessing.Event()
    child = multiprocessing.Process(target=reporter, args=(over, report))
    child.start()
    value = job()
    child.join()
    return value
