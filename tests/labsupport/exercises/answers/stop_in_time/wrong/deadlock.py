# reason: never ends
# endless
import multiprocessing


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work)
    child.start()
    child.join()
    return "done" if seconds else "stopped"
