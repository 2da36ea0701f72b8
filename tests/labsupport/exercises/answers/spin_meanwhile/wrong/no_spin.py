# reason: spin was not called while the job ran: never
from concurrent.futures import ThreadPoolExecutor


def run_with_spinner(job, spin):
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(job).result()
