# reason: work was never called|can only join a started process
# quick
import multiprocessing


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work)
    child.join(seconds)
    return "done"
