"""An FTP server on select, made of coroutines: the capstone of the course, and a server to run.

The layers, each of which knows only those below it: ``cli`` starts ``server``, which joins
``accounts`` (who), ``files`` (what), ``protocol`` (the words) and ``loop`` (when).
"""

__version__ = "0.1.0"
