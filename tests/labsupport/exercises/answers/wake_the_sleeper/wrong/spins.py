# reason: while all of them slept, the loop spun
# quick
import heapq
import time


def run_all(coros):
    ready, timers = list(coros), []
    while ready or timers:
        while timers and timers[0][0] <= time.monotonic():
            ready.append(heapq.heappop(timers)[2])
        if not ready:
            continue
        coro = ready.pop(0)
        seconds = next(coro, "done")
        if seconds is None:
            ready.append(coro)
        elif seconds != "done":
            heapq.heappush(timers, (time.monotonic() + seconds, id(coro), coro))
