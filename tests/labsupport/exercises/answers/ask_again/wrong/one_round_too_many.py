# reason: asked 4 times for a task that is always lost
def gather(submit, items, attempts):
    results, missing = {}, list(items)
    for _ in range(attempts + 1):
        started = {item: submit(item) for item in missing}
        missing = []
        for item, task in started.items():
            try:
                results[item] = task.get()
            except Exception:
                missing.append(item)
        if not missing:
            return results
    raise RuntimeError
