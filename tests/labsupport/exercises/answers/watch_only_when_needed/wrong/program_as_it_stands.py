# reason: with nothing to do the loop went round more than 200 times
# quick
# program: stub
