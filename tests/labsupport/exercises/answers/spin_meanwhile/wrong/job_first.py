# reason: spin was not called while the job ran: all 1 of them outside of it
def run_with_spinner(job, spin):
    value = job()
    spin()
    return value
