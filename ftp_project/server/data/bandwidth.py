"""Which speed limits hold for a transfer: its session's, its user's, the server's."""

# A limit belongs to whom it names: a session, a user with all sessions, the server with all users.
# A transfer must keep all that hold for it, so it takes from several buckets at once, and waits for
# the slowest (``accounts/rates.py``).
#
# The session's bucket lives as long as the session. If each transfer had a fresh one, each would
# start with a full bucket, and a thousand small files would pass at any speed.

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ftp_project.accounts.rates import Rates, TokenBucket
from ftp_project.config import Options
from ftp_project.server.data.data_connection import UNLIMITED

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


def _bucket(name: str, rate: float, now: float) -> TokenBucket:
    return TokenBucket(rate, now)


def _name(whose: str, upload: bool) -> str:
    return f"{'upload' if upload else 'download'} {whose}"


class Bandwidth:
    """The buckets of a running server. Uploads and downloads are limited apart.

    ``make(name, rate, now)`` makes those that not one session has for itself.
    """

    def __init__(
        self,
        options: Options,
        clock: Callable[[], float],
        make: Callable[[str, float, float], TokenBucket] = _bucket,
    ) -> None:
        self._clock = clock
        self._make = make
        #: by direction, True for uploads
        self._of_session = {True: options.upload_rate, False: options.download_rate}
        self._total = {
            upload: make(_name("total", upload), rate, clock())
            for upload, rate in (
                (True, options.total_upload_rate),
                (False, options.total_download_rate),
            )
            if rate is not None
        }
        self._users: dict[tuple[str, bool], TokenBucket] = {}
        # A bucket per session, not per transfer: many small files are limited as one large one.
        self._sessions: dict[bool, WeakKeyDictionary[Session, TokenBucket]] = {
            True: WeakKeyDictionary(),
            False: WeakKeyDictionary(),
        }

    def limits(self, session: Session, upload: bool) -> Rates:
        """Return the limits of one transfer."""
        buckets: list[TokenBucket] = []
        user = session.user
        rate = None if user is None else user.upload_rate if upload else user.download_rate
        if user is not None and rate is not None:
            bucket = self._users.get((user.name, upload))
            if bucket is None or bucket.rate != rate:  # the users file was read again
                bucket = self._make(_name(f"user {user.name}", upload), rate, self._clock())
                self._users[user.name, upload] = bucket
            buckets.append(bucket)
        rate = self._of_session[upload]
        if rate is not None:
            own = self._sessions[upload]
            if session not in own:
                own[session] = TokenBucket(rate, self._clock())
            buckets.append(own[session])
        if upload in self._total:
            buckets.append(self._total[upload])
        return Rates(buckets) if buckets else UNLIMITED
