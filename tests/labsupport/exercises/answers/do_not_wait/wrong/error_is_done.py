# reason: raised OSError\('no net'\); posted was \('done', OSError\('no net'\)\)\.$
# quick
def on_click(value, executor, work, post):
    def report(future):
        post("done", future.exception() or future.result())

    executor.submit(work, value).add_done_callback(report)
