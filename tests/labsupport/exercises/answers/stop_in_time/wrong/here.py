# reason: work ran in your own process


def run_at_most(work, seconds):
    work()
    return "done"
