# reason: one coroutine got all the turns
import heapq
import time


def run_all(coros):
    ready, timers = list(coros), []
    while ready or timers:
        if not ready:
            time.sleep(max(0, timers[0][0] - time.monotonic()))
        while timers and timers[0][0] <= time.monotonic():
            ready.insert(0, heapq.heappop(timers)[2])
        if not ready:
            continue
        coro = ready.pop(0)
        seconds = next(coro, "done")
        if seconds is None:
            ready.insert(0, coro)
        elif seconds != "done":
            heapq.heappush(timers, (time.monotonic() + seconds, id(coro), coro))
