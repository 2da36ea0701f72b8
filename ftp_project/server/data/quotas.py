"""Quotas of the users who are logged in: the count of bytes that each has stored.

The bytes are counted in the home when a user's first session begins, and kept up to date by
what the sessions do. What others change meanwhile is seen by the next first session.
"""

# Counting a home takes long (it is walked, in a thread), so it is done once, when the first session
# of a user begins, and the number is kept up to date from then on by what sessions do. It is
# forgotten when the last one ends: what others have changed in the home is then seen at the next
# login.
#
# While one session waits for the walk, another of the same user may have done the same. So the
# table is looked at again after the wait; the first one wins, and both count in one place from then
# on.

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from ftp_project.accounts.quota import Quota
from ftp_project.files.errors import QuotaError
from ftp_project.loop import Coro, run_in_thread

if TYPE_CHECKING:
    from ftp_project.accounts.users import User
    from ftp_project.files.uploads import Upload


class Quotas:
    """The counts by user; each lives as long as a session holds it."""

    def __init__(self) -> None:
        self._counts: WeakValueDictionary[str, Quota] = WeakValueDictionary()

    def quota_of(self, user: User) -> Coro[Quota | None]:
        """Return the count of a user, or None for one without a quota."""
        if user.quota is None:
            return None
        quota = self._counts.get(user.name)
        if quota is None:
            used = self._used_elsewhere(user.name)
            if used is None:
                used = yield from run_in_thread(lambda: stored_bytes(user.home), None)
            # Another session of the user may have been as quick.
            quota = self._counts.get(user.name)
            if quota is None:
                quota = self._counts[user.name] = self._make_quota(user.name, user.quota, used)
        # The users file may have been read again, with another limit for those who are logged in.
        quota.limit = user.quota
        return quota

    def _used_elsewhere(self, user: str) -> int | None:
        """Return what another process has counted already; None means: count it."""
        return None

    def _make_quota(self, user: str, limit: int, used: int) -> Quota:
        return Quota(limit, used)


def stored_bytes(home: Path) -> int:
    """Return the bytes of all files below ``home``; links count for nothing, errors too."""
    total, todo = 0, [str(home)]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    # Links are not followed: what they lead to may be counted already, or belong
                    # to somebody else, and a ring would never end.
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


class UploadReservation:
    """Takes the bytes of one upload from a quota, and settles the account at its end."""

    __slots__ = ("_free", "_quota", "_taken", "_upload")

    def __init__(self, quota: Quota, upload: Upload) -> None:
        self._quota = quota
        self._upload = upload
        self._taken = 0
        #: bytes that are written in place of others need no new room
        self._free = upload.replaces

    def __call__(self, count: int) -> None:
        """Count bytes that are about to be written; raises QuotaError when they do not fit."""
        covered = min(count, self._free)
        if not self._quota.take(count - covered):
            raise QuotaError
        self._free -= covered
        self._taken += count - covered

    def settle(self) -> None:
        """Give back what the ended upload has not added: it failed, or replaced something."""
        self._quota.settle(self._taken, self._upload.growth)
        self._taken = 0
