# quick
def on_click(value, executor, work, post):
    def work_and_post():
        try:
            result = work(value)
        except Exception as error:
            post("failed", error)
        else:
            post("done", result)

    executor.submit(work_and_post)
