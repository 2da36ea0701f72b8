# reason: only after work had ended
def on_click(value, executor, work, post):
    try:
        post("done", work(value))
    except Exception as error:
        post("failed", error)
