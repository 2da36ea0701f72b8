"""One client, from the accepted connection to the last reply.

- ``listener``: accepts clients, and runs a session for each; ``accept_errors``: what accept(2)
  may complain of
- ``session``: the state of one client
- ``control``: the conversation; ``control_stream``: its bytes, in the clear or under TLS
- ``command``: what a row of the table can say, and the one place that enforces it
- ``table``: all commands; ``verbs/``: what each does
- ``error_replies``: from what went wrong to the reply
"""
