# reason: the task 'nothing' had a result, None, and gather started it
def gather(submit, items, attempts):
    results = dict.fromkeys(items)
    for _ in range(attempts):
        missing = [item for item in items if results[item] is None]
        started = {item: submit(item) for item in missing}
        for item, task in started.items():
            try:
                results[item] = task.get()
            except Exception:
                continue
    if any(results[item] is None for item in items if item != "nothing"):
        raise RuntimeError
    return results
