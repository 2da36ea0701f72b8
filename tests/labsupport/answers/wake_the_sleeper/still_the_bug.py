# reason: still asleep after more than 0.5
import heapq
import time


def run_all(coros):
    ready, timers = list(coros), []
    while ready or timers:
        if not ready:
            when, _, coro = heapq.heappop(timers)
            time.sleep(max(0, when - time.monotonic()))
            ready.append(coro)
        coro = ready.pop(0)
        seconds = next(coro, "done")
        if seconds is None:
            ready.append(coro)
        elif seconds != "done":
            heapq.heappush(timers, (time.monotonic() + seconds, id(coro), coro))
