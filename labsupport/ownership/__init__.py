"""Nothing stays behind: who owns what is kept for a while, and who clears it away.

Read in this order:

- ``owners`` names the processes that own something, and tells which of them live.
- ``supervisor`` is the program above one program: its whole process tree ends when it must.
- ``leftovers`` ends and removes what an owner has left.
- ``scratch`` is the place for what is needed for a while: one folder for each owner, swept when its
  owner has died.
- ``keeper`` clears the place of a kernel when that ends, however it ends; ``settle`` gives a kernel
  both.
- ``whole_files`` writes files as a whole or not at all.
"""
