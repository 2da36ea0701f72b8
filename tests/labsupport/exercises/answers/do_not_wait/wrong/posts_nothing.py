# reason: had ended, and nothing was posted
def on_click(value, executor, work, post):
    executor.submit(work, value)
