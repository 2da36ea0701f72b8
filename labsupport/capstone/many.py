"""Many users at once, one of whom stalls, and everything they do recorded for a timeline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labsupport.capstone.referee import words_of
from labsupport.capstone.serving import Serving
from labsupport.programs.run import child_env
from labsupport.programs.supervised_process import start_guarded
from labsupport.traces.recorder import ENVIRONMENT_VARIABLE, Recorder
from labsupport.traces.timeline import Timeline

MOST_USERS = 100
LIMIT = 60.0  # seconds for the whole load
GRACE = 10.0  # seconds more, after which the clients are ended
NOTHING = {"together": False, "uploads": 0, "downloads": 0, "unhindered": False}


@dataclass(frozen=True)
class Load:
    """What became of many users; its text holds nothing that changes from run to run.

    Attributes:
        users: how many, those that stall included.
        stalled: how many of them stalled.
        together: whether all were logged in at the same time.
        uploads, downloads: how many came over whole, byte by byte.
        unhindered: whether all others had moved both of their files, whole, while the stalled
            ones had begun and not gone on.
        problems: what went wrong, in words, each kind once.
        timeline: a lane for each user. "up" and "down" last from the server's 150 to its 226;
            stalling is drawn as waiting.
    """

    users: int
    stalled: int
    together: bool
    uploads: int
    downloads: int
    unhindered: bool
    problems: tuple[str, ...]
    timeline: Timeline

    @property
    def passed(self) -> bool:
        """Whether everything went well."""
        whole = self.uploads == self.users - self.stalled and self.downloads == self.users
        return self.together and whole and self.unhindered and not self.problems

    def __str__(self) -> str:
        def say(yes: bool) -> str:
            return "yes" if yes else "no"

        uploads = self.users - self.stalled
        lines = [
            f"{self.users} users logged in at the same time: {say(self.together)}",
            f"uploads that arrived whole: {self.uploads} of {uploads}",
            f"downloads that arrived whole: {self.downloads} of {self.users}",
        ]
        if self.stalled:
            who = "one user" if self.stalled == 1 else f"{self.stalled} users"
            lines.append(f"all others done while {who} stalled: {say(self.unhindered)}")
        return "\n".join([*lines, *self.problems])

    __repr__ = __str__


def load(
    command: str | os.PathLike[str] | Sequence[str], users: int = 50, stalled: int = 1
) -> Load:
    """Let many users upload and download at the same time, every byte compared.

    The stalled ones begin to download a large file, read nothing until all others are done, and
    then take the rest.

    Args:
        command: the server, as `check_server` takes it.
        users: how many in all, 1 to 100.
        stalled: how many of them stall; at least one user does not.

    Raises:
        ValueError: a number is out of range, or the command is wrong.
        NotServingError: the server does not start; the message says why.
    """
    words = words_of(command)
    if not 1 <= users <= MOST_USERS:
        raise ValueError(f"users must be 1 to {MOST_USERS}, not {users!r}")
    if not 0 <= stalled < users:
        raise ValueError(f"stalled must be 0 to {users - 1}, not {stalled!r}")
    recorder = Recorder(f"{users} users")
    with Serving(words) as serving:
        place = serving.place
        order = {
            "port": place.port,
            "home": str(place.home),
            "user": place.user,
            "password": place.password,
            "users": users,
            "stalled": stalled,
            "seconds": LIMIT,
        }
        result = _run_clients(order, recorder)
    return Load(
        users,
        stalled,
        result["together"],
        result["uploads"],
        result["downloads"],
        result["unhindered"],
        tuple(result["problems"]),
        recorder.timeline(claim=f"{users} users at once, {stalled} of them stalled"),
    )


def _run_clients(order: dict[str, object], recorder: Recorder) -> dict[str, Any]:
    """Run the users in a process of their own and return what they found."""
    clients = start_guarded(
        [sys.executable, "-m", "labsupport.capstone.many_clients", json.dumps(order)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=child_env({ENVIRONMENT_VARIABLE: os.fspath(recorder.path)}),
    )
    killer = threading.Timer(LIMIT + GRACE, clients.end)
    killer.start()
    with clients:
        assert clients.stdout is not None
        answer = clients.stdout.read()
    killer.cancel()
    if answer:
        result: dict[str, Any] = json.loads(answer)
        return result
    problem = f"the clients did not come to their end within {LIMIT:g} s"
    return {**NOTHING, "problems": [problem]}
