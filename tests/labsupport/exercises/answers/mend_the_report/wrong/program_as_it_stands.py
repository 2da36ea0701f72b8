# reason: ^run_and_report never ends: an Event is never set
# reason: your function: waits for a child process to end
# reason: child: waits for an Event
# endless
# program: stub
