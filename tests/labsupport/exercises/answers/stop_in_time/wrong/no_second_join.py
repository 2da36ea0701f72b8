# reason: its process was still alive when run_at_most returned
import multiprocessing


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work)
    child.start()
    child.join(seconds)
    if not child.is_alive():
        return "done"
    child.terminate()
    return "stopped"
