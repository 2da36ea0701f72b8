# reason: never called
def on_click(value, executor, work, post):
    post("done", None)
