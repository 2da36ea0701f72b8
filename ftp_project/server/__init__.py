"""The FTP server: joins accounts, files and protocol on the loop.

It has four wings, and ``core`` (``Server``): what all sessions of one process share.

- ``session/``: one client, from the accepted connection to the last reply
- ``data/``: the data connections of a session, and the bytes that move over them
- ``observe/``: logs, numbers, hooks and the status screen, for those who want to know
- ``process/``: from settings to a running process, to several of them, and to their end

Eight words mean the same in every file:

- *session*: one client's conversation, and its state, from accept(2) to close(2)
- *control connection*: where commands come and replies go (RFC 959 2.3); its bytes pass through
  the *control stream*
- *data port*: where a session's next data connection comes from, or goes to (PASV, PORT)
- *data connection*: one open connection, for the bytes of one transfer
- *transfer*: one file or listing on its way, in a task of its own, until its 226 or 426
- *verb*: the first word of a command; its *row* in the table says what must be true before the
  verb's function is called
- *turn*: what one task does between two waits; nobody else runs meanwhile, so it is bounded
- *worker*: one of several processes that serve, each with a loop of its own
"""
