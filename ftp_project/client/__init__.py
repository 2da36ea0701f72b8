"""An FTP client on the same loop: it gets and puts files and directories over several sessions.

Read in this order: ``urls`` (where), ``control`` (one connection for commands), ``session``
(log in, and how every transfer goes), ``remote`` (what is there), ``link`` (bytes of one
transfer), ``download`` and ``upload`` (jobs), ``crew`` (jobs spread over sessions), ``commands``.
Nothing here knows the server of this project: it talks to any that speaks RFC 959.
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
