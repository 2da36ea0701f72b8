# reason: ended without a chance to tidy up
import multiprocessing


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work)
    child.start()
    child.join(seconds)
    if not child.is_alive():
        return "done"
    child.kill()
    child.join()
    return "stopped"
