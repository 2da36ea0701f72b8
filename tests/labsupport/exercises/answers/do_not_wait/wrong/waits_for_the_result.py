# reason: only after work had ended
# quick
def on_click(value, executor, work, post):
    try:
        post("done", executor.submit(work, value).result())
    except Exception as error:
        post("failed", error)
