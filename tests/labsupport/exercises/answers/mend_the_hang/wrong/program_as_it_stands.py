# reason: ^total_lengths never ends, because a callback raised KeyError: 'p' at the line `totals
# endless
# program: stub
