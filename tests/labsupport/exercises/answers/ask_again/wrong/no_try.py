# reason: the task 'b' was lost, and its error came out of gather
# quick
def gather(submit, items, attempts):
    started = {item: submit(item) for item in items}
    return {item: task.get() for item, task in started.items()}
