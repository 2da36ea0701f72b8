# reason: in the order e1
# quick
def emit(handlers, value):
    for handler in list(reversed(handlers)):
        if handler(value) == "done":
            handlers.remove(handler)
