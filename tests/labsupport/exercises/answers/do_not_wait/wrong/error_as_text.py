# reason: raised OSError\('no net'\); posted was \('failed', 'no net'\)\.$
def on_click(value, executor, work, post):
    def report(future):
        if future.exception():
            post("failed", str(future.exception()))
        else:
            post("done", future.result())

    executor.submit(work, value).add_done_callback(report)
