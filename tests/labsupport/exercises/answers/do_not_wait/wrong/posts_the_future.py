# reason: posted was
def on_click(value, executor, work, post):
    post("done", executor.submit(work, value))
