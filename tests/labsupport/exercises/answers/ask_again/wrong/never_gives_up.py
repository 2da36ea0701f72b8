# reason: asked 20 times for one task, and attempts was 3
def gather(submit, items, attempts):
    results, missing = {}, list(items)
    while missing:
        started = {item: submit(item) for item in missing}
        missing = []
        for item, task in started.items():
            try:
                results[item] = task.get()
            except Exception:
                missing.append(item)
    return results
