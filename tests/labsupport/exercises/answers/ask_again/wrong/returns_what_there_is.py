# reason: one task was lost in every round, and gather returned \{'a': 'A'\}
def gather(submit, items, attempts):
    results, missing = {}, list(items)
    for _ in range(attempts):
        started = {item: submit(item) for item in missing}
        missing = []
        for item, task in started.items():
            try:
                results[item] = task.get()
            except Exception:
                missing.append(item)
    return results
