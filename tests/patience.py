"""How long a test waits for what it knows will come."""

#: seconds; only what hangs takes so long, also on a machine with much else to do
HANG = 100.0
