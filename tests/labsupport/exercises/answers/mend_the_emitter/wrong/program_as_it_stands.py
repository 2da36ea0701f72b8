# reason: c1 did not hear
# quick
# program: stub
