# reason: ^the main thread fetched every page itself, one after the other
# program: stub
