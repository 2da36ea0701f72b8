# reason: never ends
import multiprocessing


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work)
    child.start()
    child.join()
    return "done" if seconds else "stopped"
