# reason: sent 4000000 bytes and read them late; \d+ of 4000000
def interests(listener, buffers, enough):
    readers = [listener] + [c for c, waiting in buffers.items() if len(waiting) < enough]
    return readers, [c for c, waiting in buffers.items() if 0 < len(waiting) < enough]
