"""Supervise one program, so that its whole process tree ends when it must.

This file is a program of its own, started by `labsupport.programs.supervised_process` as

    python -I supervisor.py CONTROL PARENT DESCRIPTORS PROGRAM [ARGUMENT…]

It runs PROGRAM in a new session and ends every process that came from it as soon as

- PROGRAM itself has ended, or
- CONTROL, a socket whose other end the parent holds, reaches end of file, or
- the process PARENT is gone, however it died.

A line on CONTROL tells the parent what happened: `pid N`, `error ERRNO` (the program could
not be started) and at last `exit N` (negative: the signal that ended it). When `exit` is
sent, nothing of the tree is left.

On Linux the supervisor is the *child subreaper* of the tree (man 2 prctl): processes that
lost their parent, also those that called setsid(), become its children, so none can hide.
Where prctl is missing, the tree is what psutil finds plus the program's session.

What the tree has in /dev/shm goes too. `multiprocessing` has a process for that, its resource
tracker: when all who hold its pipe are dead, it removes the named semaphores and the shared
memory that it was told of. So it is left alone until it has done so. But it does not know of a
semaphore that was made an instant before its maker was killed: therefore the names that the tree
has mapped (/proc/PID/maps) are noted while it stands still, and removed if they are left.

It imports the standard library alone (psutil only where /proc is missing) and nothing of
labsupport: it must start in a few milliseconds and never break because of a learner's file.
Therefore it does without pathlib too, which would double the time of its start and of a look
at /proc.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
PR_SET_CHILD_SUBREAPER = 36
HELPER_GRACE = 10.0  # seconds in which those that tidy up may do so, on a very busy machine
GIVE_UP = 20.0  # seconds after which a process that SIGKILL does not end is left alone
# What multiprocessing calls its semaphores and its blocks of shared memory (CPython,
# multiprocessing/process.py and shared_memory.py); on Linux they are files here (shm_overview(7)).
SHARED_FOLDER = "/dev/shm"
SHARED_PREFIXES = ("sem.mp-", "psm_")


def prctl(option: int, value: int) -> bool:
    """Call prctl(2) and tell whether it worked; False where the platform has none."""
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def living_descendants(session: int) -> set[int]:
    """Return the pids of all living processes below this one (zombies are not alive).

    Args:
        session: the program's session id, which finds orphans where there is no subreaper.
    """
    if os.access("/proc/self/stat", os.R_OK):
        return _descendants_by_proc()
    return _descendants_by_psutil(session)


def _descendants_by_proc() -> set[int]:
    children: dict[int, list[int]] = {}
    dead = set()
    with os.scandir("/proc") as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdigit()]
    for pid in pids:
        try:
            stat = _read(f"/proc/{pid}/stat")
        except OSError:  # it ended in between
            continue
        # The name, in brackets, may hold anything, brackets too: split after the last one.
        fields = stat[stat.rindex(b")") + 2 :].split()
        children.setdefault(int(fields[1]), []).append(pid)
        # While other threads of it still end, a process with a dead main thread is not dead.
        if fields[0] in (b"Z", b"X") and int(fields[17]) <= 1:
            dead.add(pid)
    found: set[int] = set()
    todo = [os.getpid()]
    while todo:
        for pid in children.get(todo.pop(), ()):
            if pid not in found:
                found.add(pid)
                todo.append(pid)
    return found - dead


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _descendants_by_psutil(session: int) -> set[int]:
    import psutil

    found = {process.pid for process in psutil.Process().children(recursive=True)}
    for pid in psutil.pids():
        with contextlib.suppress(OSError):
            if os.getsid(pid) == session:
                found.add(pid)
    found.discard(os.getpid())
    return {pid for pid in found if _is_alive(pid)}


def _is_alive(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def is_tracker(pid: int) -> bool:
    """Tell whether pid is a resource tracker: it ends by itself and frees shared memory first."""
    try:
        return b"multiprocessing.resource_tracker" in _read(f"/proc/{pid}/cmdline")
    except OSError:
        return False


def shared_names(pids: Iterable[int]) -> set[str]:
    """Return the paths of the semaphores and shared memory that processes have mapped.

    Nothing for processes that have ended or are not ours, and where there is no /proc. They are
    found by their inodes: a semaphore is made under another name, which is gone (glibc, sem_open).
    """
    inodes = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in _read(f"/proc/{pid}/maps").splitlines():
                if b" /dev/shm/" in line:
                    inodes.add(int(line.split(maxsplit=5)[4]))  # proc_pid_maps(5)
    if not inodes:
        return set()
    with os.scandir(SHARED_FOLDER) as entries:
        return {
            entry.path
            for entry in entries
            if entry.name.startswith(SHARED_PREFIXES) and entry.inode() in inodes
        }


def remove_shared(names: Iterable[str]) -> None:
    """Remove those names of semaphores and shared memory that no living process has mapped."""
    left = {name for name in names if os.path.exists(name)}  # noqa: PTH110
    if left:
        with os.scandir("/proc") as entries:
            left -= shared_names([int(entry.name) for entry in entries if entry.name.isdigit()])
    for name in left:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108


def end_processes(
    living: Callable[[], set[int]],
    pause: Callable[[], None],
    is_helper: Callable[[int], bool],
    *,
    grace: float = HELPER_GRACE,
    then_kill_helpers: bool = True,
) -> None:
    """Freeze, then kill, processes; return when all are gone, and what they shared with them.

    Args:
        living: returns those that are not dead yet, new ones too.
        pause: waits a moment for their end.
        is_helper: tells whether a process tidies up and then ends by itself; it may do so.
        grace: seconds for the helpers.
        then_kill_helpers: end the helpers after that, too, instead of leaving them at work.
    """
    frozen: set[int] = set()
    start = time.monotonic()
    # A stopped process cannot fork away from us.
    while new := {pid for pid in living() if not is_helper(pid)} - frozen:
        send_signal(new, signal.SIGSTOP)
        frozen |= new
        if time.monotonic() - start > GIVE_UP:
            break
    names = shared_names(frozen)
    while (left := living()) and time.monotonic() - start < GIVE_UP:
        late = time.monotonic() - start > grace
        victims = {pid for pid in left if (late and then_kill_helpers) or not is_helper(pid)}
        if late and not victims:
            break
        send_signal(victims, signal.SIGKILL)
        # One that was frozen just before it became a tracker must be able to tidy up.
        send_signal(left, signal.SIGCONT)
        pause()
    remove_shared(names)


def send_signal(pids: Iterable[int], number: signal.Signals) -> None:
    """Send one signal to many processes; those that are gone already are fine."""
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, number)


def reap() -> Iterator[tuple[int, int]]:
    """Collect the ended children and yield (pid, return code) for each."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, os.waitstatus_to_exitcode(status)


class Supervisor:
    """One program with its tree; `run()` returns when nothing of it is left."""

    def __init__(self, control: socket.socket, parent: int, descriptors: list[int]) -> None:
        self.control = control
        self.parent = parent
        self.descriptors = descriptors
        self.program = 0
        self.returncode: int | None = None
        self.stopping = False
        self.wakeup, self._wakeup_writer = os.pipe()

    def run(self, argv: list[str]) -> None:
        """Start argv, wait for a reason to end its tree, end it and report."""
        self._prepare()
        self.program = self._start(argv)
        if self.program:
            self._watch_over_program()

    def fork(self) -> bool:
        """Fork the program instead of executing it; return True in the program.

        Elsewhere this returns False when nothing of the program is left. The program goes on
        with this interpreter's modules, in a session of its own, with Python's usual handlers
        of signals; the standard streams are its descriptors 0 to 2.
        """
        self._prepare()
        pid = os.fork()
        if pid == 0:
            self._become_program()
            # What Python itself does at its start (Python docs, signal).
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for name in ("SIGPIPE", "SIGXFSZ"):
                signal.signal(getattr(signal, name), signal.SIG_IGN)
            return True
        self.program = pid
        self._watch_over_program()
        return False

    def _prepare(self) -> None:
        self._catch_signals()
        prctl(PR_SET_CHILD_SUBREAPER, 1)

    def _watch_over_program(self) -> None:
        try:
            self._tell(f"pid {self.program}")
            self._let_go_of_streams()
            self._wait_for_a_reason()
        finally:  # whatever goes wrong here, the promise holds
            self._end_tree()
        self._tell(f"exit {self.returncode}")

    def _catch_signals(self) -> None:
        for descriptor in (self.wakeup, self._wakeup_writer):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._wakeup_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGTERM, self._on_terminate)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    def _on_terminate(self, number: int, frame: object) -> None:
        self.stopping = True

    def _start(self, argv: list[str]) -> int:
        """Fork and exec the program in a session of its own; 0 when that failed."""
        reader, writer = os.pipe()  # close-on-exec: end of file says that exec succeeded
        pid = os.fork()
        if pid == 0:
            try:
                self._become_program()
                os.execvp(argv[0], argv)
            except OSError as error:
                os.write(writer, str(error.errno or errno.EIO).encode())
            finally:
                os._exit(127)
        os.close(writer)
        failure = os.read(reader, 32)
        os.close(reader)
        if failure:
            os.waitpid(pid, 0)
            self._tell(f"error {failure.decode()}")
            return 0
        return pid

    @staticmethod
    def _become_program() -> None:
        """Leave the supervisor's session and its handlers of signals, and die with it."""
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        for name in ("SIGINT", "SIGHUP", "SIGTERM", "SIGCHLD", "SIGPIPE", "SIGXFSZ"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)

    def _let_go_of_streams(self) -> None:
        """Hold nothing that the parent waits on, so that it sees the program's end of file."""
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.close(null)
        for descriptor in self.descriptors:
            os.close(descriptor)

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError):  # the parent may be gone
            self.control.sendall(line.encode() + b"\n")

    def _wait_for_a_reason(self) -> None:
        watched = select.poll()  # select() would refuse a descriptor above 1023
        watched.register(self.control, select.POLLIN)
        watched.register(self.wakeup, select.POLLIN)
        with contextlib.suppress(OSError, AttributeError):  # Linux 5.3 and later
            # A forked child of the parent may hold a copy of its end of CONTROL: only the
            # parent's own death, seen here, is a sign that never fails.
            watched.register(os.pidfd_open(self.parent), select.POLLIN)
        while self.returncode is None and not self.stopping:
            if os.getppid() != self.parent:
                return
            # The time limit serves platforms without pidfd_open: getppid() is asked again.
            ready = {descriptor for descriptor, _ in watched.poll(500)}
            self._drain_wakeup()
            self._reap()
            if ready - {self.wakeup}:
                return

    def _drain_wakeup(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self.wakeup, 512):
                pass

    def _reap(self) -> None:
        for pid, code in reap():
            if pid == self.program:
                self.returncode = code

    def _end_tree(self) -> None:
        """End every process of the tree; return when all are gone."""
        signal_or_pause = select.poll()
        signal_or_pause.register(self.wakeup, select.POLLIN)

        def pause() -> None:
            self._reap()
            if living_descendants(self.program):
                signal_or_pause.poll(20)
                self._drain_wakeup()

        end_processes(lambda: living_descendants(self.program), pause, is_tracker)
        self._reap()


def main(arguments: list[str]) -> None:
    """Read the command line that `supervised_process` writes and supervise the program."""
    control, parent, descriptors, *argv = arguments
    os.set_inheritable(int(control), False)
    Supervisor(
        socket.socket(fileno=int(control)),
        int(parent),
        [int(word) for word in descriptors.split(",") if word],
    ).run(argv)


if __name__ == "__main__":
    main(sys.argv[1:])
