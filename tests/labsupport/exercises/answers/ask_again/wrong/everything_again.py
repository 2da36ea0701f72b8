# reason: the task 'a' had a result, and gather started it 3 times
# quick
def gather(submit, items, attempts):
    for _ in range(attempts):
        started = {item: submit(item) for item in items}
        try:
            return {item: task.get() for item, task in started.items()}
        except Exception:
            continue
    raise RuntimeError
