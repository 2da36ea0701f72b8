# reason: woken before its time
# quick
import heapq
import time


def run_all(coros):
    ready, timers = list(coros), []
    while ready or timers:
        if timers:
            ready.append(heapq.heappop(timers)[2])
        coro = ready.pop(0)
        seconds = next(coro, "done")
        if seconds is None:
            ready.append(coro)
        elif seconds != "done":
            heapq.heappush(timers, (time.monotonic() + seconds, id(coro), coro))
