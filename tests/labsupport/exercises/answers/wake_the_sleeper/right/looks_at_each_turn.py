# quick
import heapq
import itertools
import time


def run_all(coros):
    ready, timers, numbers = list(coros), [], itertools.count()
    while ready or timers:
        if not ready:
            time.sleep(max(0, timers[0][0] - time.monotonic()))
        while timers and timers[0][0] <= time.monotonic():
            ready.append(heapq.heappop(timers)[2])
        turn, ready = ready, []
        for coro in turn:
            try:
                seconds = next(coro)
            except StopIteration:
                continue
            if seconds is None:
                ready.append(coro)
            else:
                heapq.heappush(timers, (time.monotonic() + seconds, next(numbers), coro))
