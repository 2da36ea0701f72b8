"""The control connection: one conversation, from the greeting to the end.

Commands are answered in the order in which they came. Replies are collected and sent when there
is nothing left to answer, so a client that sends ten commands at once gets one packet back. While
a transfer runs, the commands that the table allows are answered; the first other one waits for
its end, and all behind it wait too.
"""

from __future__ import annotations

import socket
from collections import deque
from typing import TYPE_CHECKING

from ftp_project.files.errors import FileError
from ftp_project.loop import (
    Coro,
    TaskCancelled,
    TimedOut,
    cancel,
    join,
    pause,
    readable_or_done,
    spawn,
)
from ftp_project.protocol import replies
from ftp_project.protocol.commands import Command, CommandParser, Problem
from ftp_project.protocol.replies import greeting, reply
from ftp_project.server.core import log
from ftp_project.server.failures import failure
from ftp_project.server.session import Transfer
from ftp_project.server.table import NOT_IMPLEMENTED, TABLE, Row, act
from ftp_project.server.transfers import carry_out
from ftp_project.server.wire import Wire

if TYPE_CHECKING:
    from ftp_project.server.session import Session

#: bytes read from the control connection at once
READ_SIZE = 8192
#: replies that may pile up before they must be sent: bounds what a client can make us hold
REPLIES_LIMIT = 1 << 16
#: reads after which the others get their turn, however fast this client sends
TURNS = 4
#: commands that may wait behind a transfer before no more are read
WAITING_LIMIT = 256
#: commands that are not understood, one after the other, before the session is ended
PATIENCE = 10
#: what web browsers and attacks through them send (RFC 9110 9.1); no FTP client does
WEB_VERBS = frozenset({"GET", "POST", "PUT", "HEAD", "DELETE", "CONNECT", "PATCH", "TRACE"})


class Control(Wire):
    """Reads commands from a connection, has them carried out, sends the replies."""

    __slots__ = ("_parser", "_pending")

    def __init__(self, session: Session, sock: socket.socket) -> None:
        super().__init__(session, sock)
        self._parser = CommandParser()
        self._pending: deque[Command | Problem] = deque()
        session.has_left = self.has_left
        session.begin_tls = self.begin_tls

    def converse(self) -> Coro[None]:
        """Hold the whole conversation; returns when it is over. Raises OSError when it breaks."""
        try:
            yield from self._converse()
        finally:
            # Before the session forgets its user, whom the logs tell, and its data channel.
            if self.session.transfer is not None:
                yield from cancel(self.session.transfer, None)

    def _converse(self) -> Coro[None]:
        session = self.session
        self.say(greeting(session.server.config.banner))
        turns = 0
        try:
            while not session.leaving:
                turns += 1
                if not turns % TURNS:
                    yield from pause()
                yield from self._answer_pending()
                if session.leaving:
                    break
                if self._out:
                    yield from self.send_replies()
                if not (yield from self._read_more()):
                    break
            yield from self._wait_for_transfer()
        except TimedOut:
            log.info("%s idle for too long", session.peer)
            what = "command" if session.user is not None else "login"
            self.say(reply(421, f"Too long without a {what}, closing the connection."))
        yield from self.send_replies()

    # ------------------------------------------------------------------ commands

    def _read_more(self) -> Coro[bool]:
        """Wait for commands, or for the end of the transfer; False when the client has left."""
        session, transfer = self.session, self.session.transfer
        if transfer is None:
            deadline = self._deadline()
            if deadline < session.server.clock():  # it sends without end, and does not log in
                raise TimedOut
            data = yield from self._recv(self.sock, READ_SIZE, deadline)
        else:
            if len(self._pending) >= WAITING_LIMIT:
                yield from join(transfer, None)
                return True
            try:
                data = self.sock.recv(READ_SIZE)
            except self._would_block:
                # No deadline: a transfer that moves keeps its session alive.
                yield from readable_or_done(self.sock, transfer, None)
                return True
        if not data:
            log.info("%s has left", session.peer)
            return False
        self._pending.extend(self._parser.feed(data))
        owed = self._parser.take_telnet_replies()
        if owed:
            self.say(owed)
        return True

    def _deadline(self) -> float:
        session, server = self.session, self.session.server
        deadline = server.clock() + server.config.idle_timeout
        return deadline if session.user is not None else min(deadline, session.login_by)

    def _answer_pending(self) -> Coro[None]:
        """Carry out the commands that have come, as far as that can be done now."""
        session, pending = self.session, self._pending
        while True:
            if session.transfer is not None and session.transfer.done:
                yield from self._end_transfer()
            if not pending or session.leaving:
                return
            command = pending[0]
            row = TABLE.get(command.verb) if isinstance(command, Command) else None
            if session.transfer is not None and not (row is not None and row.during_transfer):
                if session.aborted or not any(each[0] == "ABOR" for each in pending):
                    return
                # It acts at once and is answered in its turn: behind the 426 of the transfer.
                session.aborted = True
                yield from cancel(session.transfer, None)
                continue
            pending.popleft()
            if isinstance(command, Problem):
                self._not_understood(reply(*command))
            elif row is None:
                self._unknown(command.verb)
            else:
                session.unknown_in_a_row = 0
                yield from self._obey(row, command.argument)
            if self._out_size > REPLIES_LIMIT:
                yield from self.send_replies()

    def _unknown(self, verb: str) -> None:
        if verb in WEB_VERBS:
            self.session.leaving = True
            self.say(reply(421, "This is an FTP server."))
        elif verb in NOT_IMPLEMENTED:
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

    def _obey(self, row: Row, argument: str) -> Coro[None]:
        """Carry out one command and pass on its answer."""
        if self.session.server.trace:
            shown = "…" if row.name in ("PASS", "ACCT") else argument
            log.debug("%s: %s %s", self.session.peer, row.name, shown)
        answer = act(self.session, row, argument)
        if isinstance(answer, bytes):
            self.say(answer)
            if row.transfers:
                # A client under TLS may already wait for our side of the handshake: it must see
                # that there will be none.
                yield from self.session.data.shut()
            elif self.session.secure and self.session.data.is_due(self.session.protected):
                yield from self._expect_data()
        elif isinstance(answer, Transfer):
            yield from self._begin_transfer(answer)
        else:
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
        # together. Background: a large one gives way to all commands after each turn.
        session.transfer = yield from spawn(
            carry_out(session, transfer), "transfer", background=True, eager=True
        )

    def _end_transfer(self) -> Coro[None]:
        task = self.session.transfer
        assert task is not None
        session = self.session
        session.transfer = session.connection = session.moving = None
        try:
            self.say((yield from join(task, None)))
        except TaskCancelled:  # ABOR
            self.say(replies.ABORTED)

    def _wait_for_transfer(self) -> Coro[None]:
        """Let a running transfer end before the session does, or end it when nobody waits."""
        session = self.session
        if session.transfer is None:
            return
        if session.leaving:
            yield from self.send_replies()
            yield from join(session.transfer, None)
            yield from self._end_transfer()
        else:
            yield from cancel(session.transfer, None)
            session.transfer = None
