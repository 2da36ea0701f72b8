# reason: task ran in the process that called add_up
# quick
def add_up(task, parts):
    return sum(task(part) for part in parts)
