# reason: two pieces, and BlockingIOError
# quick
# program: stub
