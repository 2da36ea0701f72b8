# reason: work ran in your own process
# quick
import threading


def run_at_most(work, seconds):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return "stopped" if thread.is_alive() else "done"
