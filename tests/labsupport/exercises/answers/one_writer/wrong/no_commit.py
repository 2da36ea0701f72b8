# reason: the transaction was never committed
# quick
import multiprocessing as mp
import sqlite3


def save_all(task, numbers, database):
    def save(row):
        connection = sqlite3.connect(database)
        connection.execute("INSERT INTO squares VALUES (?, ?)", row)
        connection.close()

    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=save)
        pool.close()
        pool.join()
