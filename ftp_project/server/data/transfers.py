"""The one way of every transfer, from opening the data connection to the last reply."""

# Whatever a transfer does (a file, a listing, an upload that replaces another), its success is told
# by one 226 and its failure by one 4xx, and both stand here. That is what makes three promises
# checkable in one place: 226 is sent only after the data is written and the file closed; what was
# opened is released in ``finally``, however the transfer ends; and a connection that nobody wants
# any more is closed, so that a client that waits for it sees an end and no silence.

from __future__ import annotations

from typing import TYPE_CHECKING

from ftp_project.files.errors import FileError
from ftp_project.loop import Coro, TimedOut, close, pause
from ftp_project.protocol import replies
from ftp_project.protocol.replies import reply
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.data_port import NoDataConnectionError
from ftp_project.server.data.filters import BadDataError
from ftp_project.server.data.sending import ShrunkError
from ftp_project.server.observe.observers import Done
from ftp_project.server.session.error_replies import reply_for

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session, Transfer


def carry_out(session: Session, transfer: Transfer, at_once: bool = True) -> Coro[bytes]:
    """Open the data connection, move the bytes, close everything; return the final reply.

    Unless ``at_once``, the others get their turn before the first byte is moved.
    """
    if session.server.observers and transfer.path:
        return _observed(session, transfer, at_once)
    return _carry_out(session, transfer, at_once)


def open_data_connection(session: Session, upload: bool) -> Coro[DataConnection]:
    """Return the data connection for one transfer, with its limits and its protection.

    Raises what ``DataPort.establish`` does, and ssl.SSLError.
    """
    server, config = session.server, session.config
    sock, secure = yield from session.data_port.establish(server.clock() + config.connect_timeout)
    stall = config.stall_timeout
    connection = session.data_connection = DataConnection(
        sock,
        server.clock,
        stall,
        server.bandwidth.limits(session, upload),
        int(config.minimum_rate * stall),
        secure,
    )
    connection.upload = upload
    if session.protected:
        assert server.tls is not None
        try:
            yield from connection.protect(server.tls, config.tls_session_reuse)
        except BaseException:
            yield from close(sock)
            raise
    return connection


def _observed(session: Session, transfer: Transfer, at_once: bool) -> Coro[bytes]:
    """Carry out a transfer and tell the observers how it went."""
    server, text = session.server, session.ascii
    began = server.clock()
    answer = replies.ABORTED
    try:
        answer = yield from _carry_out(session, transfer, at_once)
        return answer
    finally:
        moved = 0 if session.data_connection is None else session.data_connection.moved
        seconds, complete = server.clock() - began, answer[:1] == b"2"
        done = Done(transfer.path, transfer.upload, moved, seconds, complete, text)
        for each in server.observers:
            each.transferred(session, done)


def _carry_out(session: Session, transfer: Transfer, at_once: bool) -> Coro[bytes]:
    """Every transfer ends here. Success is told only after the data is written and closed."""
    connection: DataConnection | None = None
    try:
        connection = yield from open_data_connection(session, transfer.upload)
        # The pause stands inside of ``try``: a task that is cancelled before its first step never
        # gets to its ``finally``, and the file would stay open.
        if not at_once:
            yield from pause()
        yield from transfer.move(connection)
        if transfer.finish is not None:
            if session.control.client_has_left():
                # A client that was killed ends its data connection like one that has sent all.
                return replies.ABORTED
            transfer.finish()
        return replies.COMPLETE
    except NoDataConnectionError:
        return reply(425, "Use EPSV, PASV, EPRT or PORT first.")
    except FileError as error:
        return reply_for(error)
    except ShrunkError:
        return reply(451, "The file became shorter while it was sent.")
    except BadDataError as error:
        return reply(426, str(error))
    except TimedOut:
        if connection is None:
            return reply(425, "The data connection was not opened in time.")
        return reply(426, "Transfer stalled; data connection closed.")
    except OSError as error:
        if connection is None:
            return reply(425, f"Cannot open data connection: {error.strerror or error}.")
        return replies.ABORTED
    finally:
        transfer.release()
        if connection is not None:
            yield from connection.end()
        else:  # a client that waits in the listener's queue must see that nobody comes for it
            yield from session.data_port.shut()
