# reason: heard that same event
# quick
def emit(handlers, value):
    handlers[:] = [handler for handler in handlers if handler(value) != "done"]
