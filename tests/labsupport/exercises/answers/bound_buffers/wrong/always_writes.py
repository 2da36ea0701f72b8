# reason: nothing was waiting for anybody, and the loop went round
# quick
def interests(listener, buffers, enough):
    readers = [listener] + [c for c, waiting in buffers.items() if len(waiting) < enough]
    return readers, list(buffers)
