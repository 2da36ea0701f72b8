# reason: waited for a result when it had started only \['a'\]
# quick
def gather(submit, items, attempts):
    results = {}
    for item in items:
        for _ in range(attempts):
            try:
                results[item] = submit(item).get()
                break
            except Exception:
                continue
        else:
            raise RuntimeError(item)
    return results
