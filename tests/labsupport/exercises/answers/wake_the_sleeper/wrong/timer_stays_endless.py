# reason: run_all computes without end|ValueError|IndexError|still asleep
# endless
import heapq
import time


def run_all(coros):
    ready, timers = list(coros), []
    while ready or timers:
        if not ready:
            time.sleep(max(0, timers[0][0] - time.monotonic()))
        if timers and timers[0][0] <= time.monotonic():
            ready.append(timers[0][2])
        if not ready:
            continue
        coro = ready.pop(0)
        seconds = next(coro, "done")
        if seconds is None:
            ready.append(coro)
        elif seconds != "done":
            heapq.heappush(timers, (time.monotonic() + seconds, id(coro), coro))
