# reason: a task could not be sent to a worker \(.*<lambda>
# quick
import multiprocessing as mp
import sqlite3


def save_all(task, numbers, database):
    def save(row):
        connection = sqlite3.connect(database)
        with connection:
            connection.execute("INSERT INTO squares VALUES (?, ?)", row)
        connection.close()

    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(lambda n: task(n), (n,), callback=save)
        pool.close()
        pool.join()
