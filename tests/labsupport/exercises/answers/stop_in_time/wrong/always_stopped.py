# reason: returned 'stopped', not "done"
# quick
import multiprocessing


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work)
    child.start()
    child.join(seconds)
    child.terminate()
    child.join()
    return "stopped"
