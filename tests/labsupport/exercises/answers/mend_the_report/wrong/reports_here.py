# reason: your own process made the report
# quick


def reporter(over, report):
    over.wait()
    report()


def run_and_report(job, report):
    value = job()
    report()
    return value
