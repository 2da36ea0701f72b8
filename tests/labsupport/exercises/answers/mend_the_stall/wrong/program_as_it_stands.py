# reason: read them late; \d+ of 4000000 bytes came back
# endless
# program: stub
