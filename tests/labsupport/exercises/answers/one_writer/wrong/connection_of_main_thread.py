# reason: never ends, because a callback raised ProgrammingError: SQLite objects
import multiprocessing as mp
import sqlite3


def save_all(task, numbers, database):
    connection = sqlite3.connect(database)

    def save(row):
        connection.execute("INSERT INTO squares VALUES (?, ?)", row)

    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=save)
        pool.close()
        pool.join()
    connection.commit()
