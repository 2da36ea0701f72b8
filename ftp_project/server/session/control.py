"""The control connection: one conversation, from the greeting to the end."""

# In order. RFC 959 numbers nothing: a reply belongs to a command only by its place. So commands
# are answered in the order in which they came, whatever each of them takes, and a client may send
# many at once (lftp does). They wait in ``_pending``; what can be answered at once is, and the
# replies are sent when nothing is left to answer.
#
# While a transfer runs it is a task of its own, and this task goes on reading. Otherwise ABOR
# could not be seen, a client that has left would not be noticed, and STAT could not say how far it
# is. But only the commands that the table marks are answered; the first other one waits for the
# transfer's end, and all behind it wait too. ABOR is the exception that proves the rule: it *acts*
# as soon as it is seen, anywhere in the queue, and it is *answered* in its turn, behind the 426 of
# the transfer that it has stopped (RFC 959 5.4).
#
# Why a loop and no callbacks. ``converse`` is the state machine: it reads, answers, sends,
# waits. ``_next_work`` answers whatever needs no wait and returns the first thing that does, as a
# coroutine. So a command that is answered at once, and nearly all are, costs no generator.
#
# What bounds it. A client that never reads (``REPLIES_LIMIT``, the stall time-out), never stops
# sending (``WAITING_LIMIT``; TCP's flow control then stops it), sends no commands (``PATIENCE``),
# or nothing at all (the idle and login time-outs): each ends with a reply or a closed connection,
# never with memory.

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeAlias

from ftp_project.files.errors import FileError
from ftp_project.loop import Coro, Task, TaskCancelled, TimedOut, cancel, join
from ftp_project.loop.traps import Join, Pause, Readable, ReadableOrDone, Spawn, Trap
from ftp_project.protocol import replies
from ftp_project.protocol.commands import Command, CommandParser, Problem
from ftp_project.protocol.replies import reply
from ftp_project.server.core import log
from ftp_project.server.data.transfers import carry_out
from ftp_project.server.session.command import Row, act
from ftp_project.server.session.control_stream import MORE, ControlStream
from ftp_project.server.session.error_replies import reply_for
from ftp_project.server.session.session import Transfer
from ftp_project.server.session.table import NOT_IMPLEMENTED, TABLE

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

#: replies that may pile up before they must be sent: bounds what a client can make us hold
REPLIES_LIMIT = 1 << 16
#: bytes of a download that is made at once; a larger one is no reason to let others wait
SMALL = 1 << 16
#: commands that may wait behind a transfer before no more are read
WAITING_LIMIT = 256
#: commands that are not understood, one after the other, before the session is ended: a person
#: mistypes one or two, a web browser or a port scanner sends nothing else
PATIENCE = 10
#: what web browsers and attacks through them send (RFC 9110 9.1); no FTP client does
WEB_VERBS = frozenset({"GET", "POST", "PUT", "HEAD", "DELETE", "CONNECT", "PATCH", "TRACE"})

#: work that takes time and has to be carried out, or None when there is none
Work: TypeAlias = "Coro[None] | None"


class Control:
    """Reads commands from a stream, has them carried out, sends the replies."""

    __slots__ = ("_parser", "_pending", "session", "stream")

    def __init__(self, session: Session, stream: ControlStream) -> None:
        self.session = session
        self.stream = stream
        self._parser = CommandParser()
        # A list, though it is emptied from the front: it is short, and an idle deque is large.
        self._pending: list[Command | Problem] = []
        session.control = self

    # ------------------------------------------------------------------ for verbs, and the server

    def client_has_left(self) -> bool:
        """Tell whether the client has closed the connection, though nothing was read of it yet."""
        return self.stream.peer_has_closed()

    def send_now(self, data: bytes) -> None:
        """Send a last reply as far as that goes without waiting."""
        self.say(data)
        with contextlib.suppress(OSError):
            self.stream.send_at_once()

    def begin_tls(self) -> Coro[bytes]:
        """Answer AUTH TLS and put this connection under TLS (RFC 4217 4).

        What was sent behind AUTH in plain text could come from somebody in between, who wants it
        read as if it had come under TLS: the session is refused.
        """
        if self._pending or self._parser.pending:
            self.session.leaving = True
            return reply(421, "Plain text behind AUTH TLS: closing the connection.")
        self.session.log_out()  # the user must be named again, under TLS (RFC 2228 3)
        self.say(reply(234))
        yield from self._send_replies()
        yield from self.start_tls()
        return b""

    def start_tls(self) -> Coro[None]:
        """Do the handshake within the time for the login. Raises OSError."""
        session = self.session
        assert session.server.tls is not None
        yield from self.stream.start_tls(session.server.tls, session.login_by)
        session.secure = True

    # ------------------------------------------------------------------ the conversation

    def converse(self) -> Coro[None]:
        """Hold the whole conversation; returns when it is over. Raises OSError when it breaks."""
        session, stream = self.session, self.stream
        self.say(session.server.greeting)
        try:
            while True:
                while (work := self._next_work()) is not None:
                    yield from work
                if stream.out and not stream.send_at_once(MORE if self._ends_now() else 0):
                    yield from self._send_replies()
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
            if session.transfer_task is not None:
                yield from cancel(session.transfer_task, None)
        yield from self._send_replies()

    def _ends_now(self) -> bool:
        """Whether an unprotected connection is closed as soon as the replies are sent."""
        session = self.session
        return session.leaving and session.transfer_task is None and not session.secure

    def say(self, data: bytes) -> None:
        """Add a reply to those that are to be sent."""
        self.stream.out += data
        observers = self.session.server.observers
        if observers and data[:1] >= b"4":
            for each in observers:
                each.refused(self.session, int(data[:3]))

    def _send_replies(self) -> Coro[None]:
        """Send what has been said; a client that does not read it is given up after a while."""
        if self.stream.out:
            session = self.session
            deadline = session.server.clock() + session.config.stall_timeout
            yield from self.stream.send_all(deadline)

    # ------------------------------------------------------------------ reading

    def _next_wait(self) -> Trap:
        """Return what to wait for before the next read.

        There is a wait before every read, so that nobody has two turns in a row: a client sends
        its next command after our reply, to try at once would be a system call for nothing.
        """
        transfer, stream = self.session.transfer_task, self.stream
        if transfer is not None and len(self._pending) >= WAITING_LIMIT:
            return Join(transfer, None)
        if stream.secure and stream.has_unread():
            return Pause()
        if transfer is not None:  # No deadline: a transfer that moves keeps its session alive.
            return ReadableOrDone(stream.sock, transfer, None)
        return Readable(stream.sock, self._deadline())

    def _deadline(self) -> float:
        session, server = self.session, self.session.server
        now = server.clock()
        if session.user is not None:
            return now + session.config.idle_timeout
        # The idle time-out alone would let a client that sends NOOP for ever keep its place.
        if session.login_by < now:
            raise TimedOut
        return min(now + session.config.idle_timeout, session.login_by)

    def _read(self) -> bool:
        """Read commands, if there are any; False when the client has left."""
        if len(self._pending) >= WAITING_LIMIT:
            return True
        data = self.stream.read()
        if data is None:
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
            transfer = session.transfer_task
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
            # Taken out only now: what waits for the transfer must stay first in the queue.
            del pending[0]
            if row is None:
                self._refuse(command)
            else:
                session.unknown_in_a_row = 0
                work = self._execute(row, command[1])
                if work is not None:
                    return work
            if len(self.stream.out) > REPLIES_LIMIT:
                return self._send_replies()

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
                return session.data_port.shut()
            if session.secure and session.data_port.is_due(session.protected):
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
            self.say(reply_for(error, row.name))

    def _expect_data(self) -> Coro[None]:
        """Let a protected data connection be accepted before its command comes."""
        session = self.session
        context = session.server.tls if session.protected else None
        yield from session.data_port.take_early(context, session.config.stall_timeout)

    # ------------------------------------------------------------------ transfers

    def _begin_transfer(self, transfer: Transfer) -> Coro[None]:
        session = self.session
        self.say(transfer.opening)
        session.transfer, session.aborted = transfer, False
        # Eager: a small file is sent and done before this returns, and 150 and 226 travel
        # together. Background: a large one gives way to all commands after each turn, and before
        # the first one: not earlier, as what is cancelled before it began cleans up nothing.
        at_once = not transfer.upload and transfer.size <= SMALL
        session.transfer_task = yield Spawn(
            carry_out(session, transfer, at_once), "transfer", True, True
        )

    def _end_transfer(self, task: Task[bytes]) -> None:
        """Say how the transfer that has ended went."""
        session = self.session
        session.transfer_task = session.data_connection = session.transfer = None
        try:
            self.say(task.outcome())
        except TaskCancelled:  # ABOR
            self.say(replies.ABORTED)

    def _wait_for_transfer(self) -> Coro[None]:
        """Let a running transfer end before the session does, or end it when nobody waits."""
        session = self.session
        task = session.transfer_task
        if task is None:
            return
        if session.leaving:
            with contextlib.suppress(TaskCancelled):
                yield from join(task, None)
            self._end_transfer(task)
            self.say(replies.GOODBYE)  # only QUIT is obeyed while a transfer runs
        else:
            yield from cancel(task, None)
            session.transfer_task = None
