"""From settings to a running process, to several of them, and to their end.

- ``run``: one process; ``factories``: the parts it is made of
- ``activation``: sockets from systemd; ``descriptors``: how many the process may have;
  ``certificates``: the TLS settings
- ``reload``: users and certificate read again; ``drain``: a graceful end
- ``workers/``: several processes behind one listening socket
"""
