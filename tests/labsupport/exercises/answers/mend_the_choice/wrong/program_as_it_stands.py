# reason: ^amber was taken away, and 45 of the 75 clients of the other servers got another server
# quick
# program: stub
