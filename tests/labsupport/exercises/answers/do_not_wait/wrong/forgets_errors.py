# reason: raised an exception, and nothing was posted
# quick
def on_click(value, executor, work, post):
    def job():
        post("done", work(value))

    executor.submit(job)
