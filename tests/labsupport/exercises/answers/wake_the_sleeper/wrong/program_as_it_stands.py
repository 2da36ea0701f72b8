# reason: still asleep
# quick
# times: 2
# endless
# program: stub
