# reason: the second process was not started before the job
import multiprocessing


def reporter(over, report):
    over.wait()
    report()


def run_and_report(job, report):
    over = multiprocessing.Event()
    child = multiprocessing.Process(target=reporter, args=(over, report))
    value = job()
    child.start()
    over.set()
    child.join()
    return value
