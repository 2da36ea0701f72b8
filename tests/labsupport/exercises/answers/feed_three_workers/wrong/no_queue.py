# reason: at most 1 worked at once
def process(items, work):
    return sorted(work(item) for item in items)
