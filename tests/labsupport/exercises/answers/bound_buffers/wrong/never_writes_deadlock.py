# reason: first client sent a message; no reply came
# endless
def interests(listener, buffers, enough):
    readers = [listener] + [c for c, waiting in buffers.items() if len(waiting) < enough]
    return readers, []
