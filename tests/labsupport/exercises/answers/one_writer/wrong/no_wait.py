# reason: 6 of 6 rows are not in the table
# quick
import multiprocessing as mp
import sqlite3


def save_all(task, numbers, database):
    def save(row):
        connection = sqlite3.connect(database)
        with connection:
            connection.execute("INSERT INTO squares VALUES (?, ?)", row)
        connection.close()

    pool = mp.Pool(3)
    for n in numbers:
        pool.apply_async(task, (n,), callback=save)
    pool.terminate()
