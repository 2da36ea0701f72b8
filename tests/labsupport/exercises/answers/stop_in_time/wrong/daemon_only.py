# reason: its process was still alive when run_at_most returned
# quick
import multiprocessing


def run_at_most(work, seconds):
    child = multiprocessing.Process(target=work, daemon=True)
    child.start()
    child.join(seconds)
    return "stopped" if child.is_alive() else "done"
