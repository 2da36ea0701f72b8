# reason: did not take turns
import heapq
import time


def run_all(coros):
    ready, timers = list(coros), []
    while ready or timers:
        if not ready:
            time.sleep(max(0, timers[0][0] - time.monotonic()))
        while timers and timers[0][0] <= time.monotonic():
            ready.append(heapq.heappop(timers)[2])
        for coro in [ready.pop(0) for _ in range(len(ready))]:
            seconds = next(coro, "done")
            if seconds is None:
                seconds = next(coro, "done")
            if seconds is None:
                ready.append(coro)
            elif seconds != "done":
                heapq.heappush(timers, (time.monotonic() + seconds, id(coro), coro))
