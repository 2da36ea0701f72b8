# reason: came out of run_all|at most 1 of 5
def run_all(task, items):
    results = []
    for item in items:
        try:
            results.append(task(item))
        except ValueError as error:
            results.append(error)
    return results
