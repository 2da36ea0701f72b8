# reason: the time was up, and run_at_most returned 'done', not "stopped"
import multiprocessing


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work)
    child.start()
    child.join(seconds)
    child.terminate()
    child.join()
    return "stopped" if child.is_alive() else "done"
