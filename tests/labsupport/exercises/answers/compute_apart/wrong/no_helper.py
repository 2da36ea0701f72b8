# reason: the tasks ran in your own process
# quick
def compute_all(task, numbers, workers):
    return [task(n) for n in numbers]
