# reason: never called
# quick
def on_click(value, executor, work, post):
    post("done", None)
