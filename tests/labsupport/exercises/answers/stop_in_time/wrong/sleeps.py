# reason: still waited for all of the 8 s
import multiprocessing
import time


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work)
    child.start()
    time.sleep(seconds)
    if not child.is_alive():
        return "done"
    child.terminate()
    child.join()
    return "stopped"
