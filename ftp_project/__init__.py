"""An FTP server on select, made of coroutines: the capstone of the course, and a server to run.

The layers, each of which knows only those below it: ``cli`` starts ``server``, which joins
``accounts`` (users), ``files`` (their jail), ``protocol`` (text) and ``loop`` (waiting).
"""

__version__ = "0.1.0"
