"""The FTP server: joins accounts, files and protocol on the loop.

- `core`: what all sessions share
- `listener`: accepts clients, starts a session for each
- `session`: the state of one client; `control`: the conversation with it; `wire`: its bytes
- `table`: the commands, and the one place that checks them; `verbs`: what they do
- `data`: data connections; `transfers`: what becomes of each transfer; `sending`, `receiving`: the
  bytes on their way; `carriers`: from a socket into a file
- `failures`: from what went wrong to the reply
- `quotas`, `bandwidth`: bytes stored, bytes a second
- `observers`: what happens, for those who want to know: `journal` and `xferlog` (logs), `tally`
  (numbers), `hooks` (commands); `metrics` and `status` (the screen) show numbers and sessions, as
  `tally` and `sight` have them; `operation` puts all of it up
- `run`: from settings to a running process, with the parts of `build`; `activation`: sockets from
  systemd; `reload`: users and certificate read again; `drain`: a graceful end
- `workers`: several such processes with one door
"""
