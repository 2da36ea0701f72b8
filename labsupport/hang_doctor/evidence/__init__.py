"""What can be seen of a running program: stacks, locks, notes of its processes, stillness."""
