"""Commands of the administrator that are run after an upload, a download, a login.

What happened stands in the command's environment: names of clients never reach a shell or an
argument. A command runs in a process group of its own, has a time limit, and only a few run at
once; the others wait in a queue that is bounded too.
"""

# A file's name is chosen by a client; a command line with that name in it would be a shell for
# everybody ("; rm -r"). So a command is split into words once, at the start, it is run without a
# shell, and what has happened is told in its environment, where it is never read as anything but
# text.
#
# A process group of its own (start_new_session), so that a signal reaches all that the command has
# started, and Ctrl-C in the terminal does not.

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ftp_project.config import Options
from ftp_project.errors import UsageError
from ftp_project.loop import Coro, run_in_thread, sleep
from ftp_project.server.core import log
from ftp_project.server.observe.observers import Done, Observer

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

#: commands that run at once
CONCURRENT = 4
#: commands that wait for their turn
QUEUE = 1000
#: seconds between two looks at a running command, at first and at last
POLL_INTERVAL, LONGEST_INTERVAL = 0.01, 0.25
#: seconds between SIGTERM and SIGKILL for one that has run too long
KILL_DELAY = 2.0


class Command(NamedTuple):
    """A command that is to be run, with what is added to its environment."""

    words: list[str]
    facts: dict[str, str]


class Hooks(Observer):
    """Runs the commands. ``spawn`` starts a coroutine as a task of its own."""

    def __init__(
        self, options: Options, clock: Callable[[], float], spawn: Callable[[Coro[None]], Any]
    ) -> None:
        self._commands = commands(options)
        self._limit = options.hook_timeout
        self._clock = clock
        self.spawn = spawn
        self._waiting: deque[Command] = deque()
        self._running = 0
        self._full = False

    def __bool__(self) -> bool:
        return bool(self._commands)

    @property
    def idle(self) -> bool:
        """Whether no command runs or waits."""
        return not self._running and not self._waiting

    # ------------------------------------------------------------------ events

    def logged_in(self, session: Session) -> None:
        """Run the command for logins."""
        self._queue("login", session, {})

    def transferred(self, session: Session, done: Done) -> None:
        """Run the command for complete uploads or downloads."""
        if done.complete and session.user is not None:
            self._queue(
                done.name,
                session,
                {
                    "FTP_PATH": f"{session.user.home}{done.path}",
                    "FTP_VIRTUAL_PATH": done.path,
                    "FTP_SIZE": str(done.size),
                    "FTP_SECONDS": f"{done.seconds:.3f}",
                },
            )

    def _queue(self, event: str, session: Session, facts: dict[str, str]) -> None:
        words = self._commands.get(event)
        if words is None:
            return
        if len(self._waiting) >= QUEUE:
            if not self._full:
                log.warning("hooks are slower than events: some are left out")
            self._full = True
            return
        self._full = False
        user = session.user
        who = {
            "FTP_EVENT": event,
            "FTP_USER": "" if user is None else user.name,
            "FTP_HOME": "" if user is None else str(user.home),
            "FTP_PEER": session.peer,
        }
        self._waiting.append(Command(words, {**who, **facts}))
        if self._running < CONCURRENT:
            self._running += 1
            self.spawn(self._work())

    # ------------------------------------------------------------------ running

    def _work(self) -> Coro[None]:
        """Run what waits, one command after the other."""
        try:
            while self._waiting:
                yield from self._run(self._waiting.popleft())
        finally:
            self._running -= 1

    def _run(self, command: Command) -> Coro[None]:
        environment = {**os.environ, **command.facts}
        process: subprocess.Popen[bytes] | None = None

        def start() -> None:
            nonlocal process
            process = subprocess.Popen(
                command.words,
                stdin=subprocess.DEVNULL,
                stdout=2,  # where our own messages go
                env=environment,
                start_new_session=True,
            )

        try:
            # A fork takes milliseconds when much memory is in use: not on the loop.
            yield from run_in_thread(start, None)
            assert process is not None
            deadline = self._clock() + self._limit
            interval, name = POLL_INTERVAL, command.words[0]
            while process.poll() is None:
                if self._clock() >= deadline:
                    log.warning(
                        "hook %s ran for more than %g s: ended", command.words[0], self._limit
                    )
                    end(process, signal.SIGTERM)
                    yield from sleep(KILL_DELAY)
                    return
                yield from sleep(interval)
                interval = min(interval * 1.5, LONGEST_INTERVAL)
            if process.returncode:
                log.warning("hook %s ended with status %d", name, process.returncode)
        except (OSError, ValueError) as error:
            log.warning("hook %s cannot be run: %s", command.words[0], error)
        finally:
            if process is not None and process.poll() is None:
                end(process, signal.SIGKILL)
                process.wait()  # it was killed: this takes no time


def end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a command and all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def commands(options: Options) -> dict[str, list[str]]:
    """Return the commands by event, split into words as a shell would, without a shell.

    Raises ``UsageError`` for one that cannot be split, and for a program that is not there.
    """
    found = {}
    for event, text in (
        ("upload", options.on_upload),
        ("download", options.on_download),
        ("login", options.on_login),
    ):
        if text:
            try:
                words = shlex.split(text)
            except ValueError as error:
                raise UsageError(f"--on-{event} {text!r}: {str(error).lower()}") from None
            if words and shutil.which(words[0]) is None:
                raise UsageError(
                    f"--on-{event}: there is no program {words[0]!r} that may be run: name it "
                    "with its path; a line for a shell is written as sh -c '…'"
                )
            if words:
                found[event] = words
    return found
