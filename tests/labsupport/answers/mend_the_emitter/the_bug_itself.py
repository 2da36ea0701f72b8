# reason: c1 did not hear
def emit(handlers, value):
    for handler in handlers:
        if handler(value) == "done":
            handlers.remove(handler)
