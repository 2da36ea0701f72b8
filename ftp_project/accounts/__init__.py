"""Users: who may log in, what they may do, and how much.

- ``users``: users and where they come from; ``users_file``: the TOML file of users
- ``passwords``: hashes, and checking them without telling which users exist
- ``permissions``: what a user may do in which directory
- ``guard``: failed logins: delays and bans
- ``limits``: sessions in all, per host, per user
- ``quota``, ``rates``: bytes stored, bytes a second
- ``shared``, ``shared_limits``: the numbers of the last four in memory that several processes share

Nothing here knows of sockets, and nothing reads a clock: time is passed in, in seconds.
"""
