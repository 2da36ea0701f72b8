# reason: another client never read; no reply came
def interests(listener, buffers, enough):
    full = any(len(waiting) >= enough for waiting in buffers.values())
    readers = [listener] if full else [listener, *buffers]
    return readers, [c for c, waiting in buffers.items() if waiting]
