# reason: had to wait until a sleeper's time was over
import heapq
import time


def run_all(coros):
    ready, timers = list(coros), []
    while ready or timers:
        if timers:
            time.sleep(max(0, timers[0][0] - time.monotonic()))
        while timers and timers[0][0] <= time.monotonic():
            ready.append(heapq.heappop(timers)[2])
        coro = ready.pop(0)
        seconds = next(coro, "done")
        if seconds is None:
            ready.append(coro)
        elif seconds != "done":
            heapq.heappush(timers, (time.monotonic() + seconds, id(coro), coro))
