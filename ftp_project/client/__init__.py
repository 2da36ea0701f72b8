"""An FTP client on the same loop: it gets and puts files and directories over several sessions.

Read in this order: ``urls`` (host, port, path), ``control`` (the control connection),
``data_connection`` (the bytes of one transfer), ``session`` (log in, transfer), ``remote``
(questions about the server's files, with ``list_parser``), ``list_job``, ``download`` and
``upload`` (jobs), ``session_pool`` (jobs spread over sessions), ``runner`` (from a terminal),
``commands``. Nothing here knows the server of this project: it talks to any that speaks RFC 959.
"""

from ftp_project.client.errors import ClientError, LocalError, LostError, RefusedError
from ftp_project.client.session import Session, Site, open_session

__all__ = [
    "ClientError",
    "LocalError",
    "LostError",
    "RefusedError",
    "Session",
    "Site",
    "open_session",
]
