"""The FTP server: joins accounts, files and protocol on the loop.

- `core`: what all sessions share
- `listener`: accepts clients, starts a session for each
- `session`: the state of one client; `control`: the conversation with it; `wire`: its bytes
- `table`: the commands, and the one place that checks them; `verbs`: what they do
- `data`: data connections; `transfers`: moving bytes over them
- `failures`: from what went wrong to the reply
- `run`: from settings to a running process
"""
