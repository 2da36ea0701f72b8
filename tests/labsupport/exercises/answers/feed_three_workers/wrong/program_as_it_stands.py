# reason: died of LoopExit, with 6 of 6 items done
# quick
# times: 2
# endless
# program: stub
