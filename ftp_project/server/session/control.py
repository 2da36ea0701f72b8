"""The control connection: one conversation, from the greeting to the end.

Commands are answered in the order in which they came. Replies are collected and sent when there
is nothing left to answer, so a client that sends ten commands at once gets one packet back. While
a transfer runs, the commands that the table allows are answered; the first other one waits for
its end, and all behind it wait too.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, TypeAlias

from ftp_project.files.errors import FileError
from ftp_project.loop import Coro, Task, TaskCancelled, TimedOut, cancel, join
from ftp_project.loop.traps import Join, Pause, Readable, ReadableOrDone, Spawn, Trap
from ftp_project.protocol import replies
from ftp_project.protocol.commands import Command, CommandParser, Problem
from ftp_project.protocol.replies import reply
from ftp_project.server.core import log
from ftp_project.server.data.transfers import carry_out
from ftp_project.server.session.control_stream import MORE, Wire
from ftp_project.server.session.error_replies import failure
from ftp_project.server.session.session import Transfer
from ftp_project.server.session.table import NOT_IMPLEMENTED, TABLE, Row, act

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

#: bytes read from the control connection at once
READ_SIZE = 8192
#: replies that may pile up before they must be sent: bounds what a client can make us hold
REPLIES_LIMIT = 1 << 16
#: bytes of a download that is made at once; a larger one is no reason to let others wait
SMALL = 1 << 16
#: commands that may wait behind a transfer before no more are read
WAITING_LIMIT = 256
#: commands that are not understood, one after the other, before the session is ended
PATIENCE = 10
#: what web browsers and attacks through them send (RFC 9110 9.1); no FTP client does
WEB_VERBS = frozenset({"GET", "POST", "PUT", "HEAD", "DELETE", "CONNECT", "PATCH", "TRACE"})

#: work that takes time and has to be carried out, or None when there is none
Work: TypeAlias = "Coro[None] | None"


class Control(Wire):
    """Reads commands from a connection, has them carried out, sends the replies."""

    __slots__ = ("_parser", "_pending")

    def __init__(self, session: Session, sock: socket.socket) -> None:
        super().__init__(session, sock)
        self._parser = CommandParser()
        # A list, though it is emptied from the front: it is short, and an idle deque is large.
        self._pending: list[Command | Problem] = []
        session.has_left = self.has_left
        session.begin_tls = self.begin_tls

    def converse(self) -> Coro[None]:
        """Hold the whole conversation; returns when it is over. Raises OSError when it breaks."""
        session = self.session
        self.say(session.server.greeting)
        try:
            while True:
                while (work := self._next_work()) is not None:
                    yield from work
                if self._out and not self.send_at_once(MORE if self._ends_now() else 0):
                    yield from self.send_replies()
                if session.leaving:
                    break
                yield self._next_wait()
                if not self._read():
                    break
            yield from self._wait_for_transfer()
        except TimedOut:
            log.info("%s idle for too long", session.peer)
            what = "command" if session.user is not None else "login"
            self.say(reply(421, f"Too long without a {what}, closing the connection."))
        finally:
            # Before the session forgets its user, whom the logs tell, and its data channel.
            if session.transfer is not None:
                yield from cancel(session.transfer, None)
        yield from self.send_replies()

    def _ends_now(self) -> bool:
        """Whether an unprotected connection is closed as soon as the replies are sent."""
        session = self.session
        return session.leaving and session.transfer is None and not session.secure

    # ------------------------------------------------------------------ reading

    def _next_wait(self) -> Trap:
        """Return what to wait for before the next read.

        There is a wait before every read, so that nobody has two turns in a row: a client sends
        its next command after our reply, to try at once would be a system call for nothing.
        """
        session, transfer = self.session, self.session.transfer
        if transfer is not None and len(self._pending) >= WAITING_LIMIT:
            return Join(transfer, None)
        if session.secure and self.sock.pending():  # type: ignore[attr-defined]
            return Pause()  # OpenSSL has it already: the selector would not see it
        if transfer is not None:  # No deadline: a transfer that moves keeps its session alive.
            return ReadableOrDone(self.sock, transfer, None)
        return Readable(self.sock, self._deadline())

    def _deadline(self) -> float:
        session, server = self.session, self.session.server
        now = server.clock()
        if session.user is not None:
            return now + server.config.idle_timeout
        if session.login_by < now:  # it sends without end, and does not log in
            raise TimedOut
        return min(now + server.config.idle_timeout, session.login_by)

    def _read(self) -> bool:
        """Read commands, if there are any; False when the client has left."""
        if len(self._pending) >= WAITING_LIMIT:
            return True
        try:
            data = self.sock.recv(READ_SIZE)
        except self._would_block:
            return True
        if not data:
            log.info("%s has left", self.session.peer)
            return False
        self._pending += self._parser.feed(data)
        owed = self._parser.take_telnet_replies()
        if owed:
            self.say(owed)
        return True

    # ------------------------------------------------------------------ answering

    def _next_work(self) -> Work:
        """Answer the commands that can be answered at once, in order.

        Returns None when nothing is left to be done now. Else the next thing takes time: it is
        returned, has to be carried out, and then this is to be called again.
        """
        session, pending = self.session, self._pending
        while True:
            transfer = session.transfer
            if transfer is not None and transfer.done:
                self._end_transfer(transfer)
                transfer = None
            if not pending or session.leaving:
                return None
            command = pending[0]
            row = TABLE.get(command[0]) if isinstance(command, Command) else None
            if transfer is not None and not (row is not None and row.during_transfer):
                if session.aborted or not any(each[0] == "ABOR" for each in pending):
                    return None
                # It acts at once and is answered in its turn: behind the 426 of the transfer.
                session.aborted = True
                return cancel(transfer, None)
            del pending[0]
            if row is None:
                self._refuse(command)
            else:
                session.unknown_in_a_row = 0
                work = self._execute(row, command[1])
                if work is not None:
                    return work
            if len(self._out) > REPLIES_LIMIT:
                return self.send_replies()

    def _refuse(self, command: Command | Problem) -> None:
        """Answer what no row of the table stands for."""
        if isinstance(command, Problem):
            self._not_understood(reply(*command))
        elif command.verb in WEB_VERBS:
            self.session.leaving = True
            self.say(reply(421, "This is an FTP server."))
        elif command.verb in NOT_IMPLEMENTED:
            self.say(reply(502))
        else:
            self._not_understood(replies.NOT_UNDERSTOOD)

    def _not_understood(self, answer: bytes) -> None:
        session = self.session
        session.unknown_in_a_row += 1
        self.say(answer)
        if session.unknown_in_a_row >= PATIENCE:
            session.leaving = True
            self.say(reply(421, "Too many commands that are none."))

    def _execute(self, row: Row, argument: str) -> Work:
        """Carry out one command and say its answer, or return the work that is left."""
        session = self.session
        if session.server.trace:
            shown = "…" if row.name in ("PASS", "ACCT") else argument
            log.debug("%s: %s %s", session.peer, row.name, shown)
        answer = act(session, row, argument)
        if isinstance(answer, bytes):
            self.say(answer)
            if row.transfers:
                # A client under TLS may already wait for our side of the handshake: it must see
                # that there will be none.
                return session.data.shut()
            if session.secure and session.data.is_due(session.protected):
                return self._expect_data()
            return None
        if isinstance(answer, Transfer):
            return self._begin_transfer(answer)
        return self._say_later(row, answer)

    def _say_later(self, row: Row, answer: Coro[bytes]) -> Coro[None]:
        """Say the answer of a command that takes time."""
        try:
            self.say((yield from answer))
        except FileError as error:
            self.say(failure(error, row.name))

    def _expect_data(self) -> Coro[None]:
        """See to it that a protected data connection may come before its command."""
        session, server = self.session, self.session.server
        context = server.tls if session.protected else None
        yield from session.data.take_early(context, server.config.stall_timeout)

    def begin_tls(self) -> Coro[bytes]:
        """Answer AUTH TLS and put this connection under TLS (RFC 4217 4).

        What was sent behind AUTH in plain text could come from somebody in between, who wants it
        read as if it had come under TLS: the session is refused.
        """
        if self._pending or self._parser.pending:
            self.session.leaving = True
            return reply(421, "Plain text behind AUTH TLS: closing the connection.")
        self.session.log_out()  # who it is must be said again, under TLS (RFC 2228 3)
        self.say(reply(234))
        yield from self.send_replies()
        yield from self.start_tls()
        return b""

    # ------------------------------------------------------------------ transfers

    def _begin_transfer(self, transfer: Transfer) -> Coro[None]:
        session = self.session
        self.say(transfer.opening)
        session.moving, session.aborted = transfer, False
        # Eager: a small file is sent and done before this returns, and 150 and 226 travel
        # together. Background: a large one gives way to all commands after each turn, and before
        # the first one: not earlier, as what is cancelled before it began cleans up nothing.
        at_once = not transfer.upload and transfer.size <= SMALL
        session.transfer = yield Spawn(
            carry_out(session, transfer, at_once), "transfer", True, True
        )

    def _end_transfer(self, task: Task[bytes]) -> None:
        """Say how the transfer that has ended went."""
        session = self.session
        session.transfer = session.connection = session.moving = None
        try:
            self.say(task.outcome())
        except TaskCancelled:  # ABOR
            self.say(replies.ABORTED)

    def _wait_for_transfer(self) -> Coro[None]:
        """Let a running transfer end before the session does, or end it when nobody waits."""
        session = self.session
        task = session.transfer
        if task is None:
            return
        if session.leaving:
            with contextlib.suppress(TaskCancelled):
                yield from join(task, None)
            self._end_transfer(task)
            self.say(replies.GOODBYE)  # only QUIT is obeyed while a transfer runs
        else:
            yield from cancel(task, None)
            session.transfer = None
