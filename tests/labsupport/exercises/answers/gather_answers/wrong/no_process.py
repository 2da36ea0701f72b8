# reason: task ran in the process that called gather
# quick
def gather(task, numbers):
    return {n: task(n) for n in numbers}
