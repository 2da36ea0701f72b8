"""The commands, one small function each, grouped by theme.

A verb is called with the session and its argument, after ``table`` has found nothing against it:
the login, the argument and the right were checked. It returns the encoded reply; or a coroutine
that does, when it has to wait; or a ``Transfer``, when bytes are to be moved over
a data connection. What it raises as a FileError or BadArgumentError becomes the reply.
"""
