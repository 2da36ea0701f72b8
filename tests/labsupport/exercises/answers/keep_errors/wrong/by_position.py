# reason: errors names tasks that did not fail: 0, 1
# quick
import multiprocessing as mp


def run_all(task, numbers):
    results, errors = {}, []
    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(
                task,
                (n,),
                callback=lambda value, n=n: results.update({n: value}),
                error_callback=errors.append,
            )
        pool.close()
        pool.join()
    found = dict(enumerate(map(str, errors)))
    return results, {**found, 4: "four is not for sale", 13: "thirteen has left"}
