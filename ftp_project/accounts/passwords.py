"""Password hashes, and checking them without telling which users exist.

Sources: RFC 9106 (Argon2), RFC 7914 (scrypt), RFC 7693 (BLAKE2, section 2.9: keyed hashing).
"""

# A stolen file of hashes is attacked at leisure, so a hash must be costly to compute, in time and
# in memory (Argon2id, RFC 9106; scrypt, RFC 7914): special hardware has much of the one and little
# of the other.
#
# Then two new problems arise. A login costs tens of milliseconds: it is done by a thread, and a
# right password is remembered by a keyed BLAKE2 hash, whose random key never leaves this process.
# And time tells: an unknown name that is refused at once is a name that does not exist. So it is
# checked against a dummy of the same cost. Comparisons take the same time wherever they differ
# (``hmac.compare_digest``).

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import threading
from collections import OrderedDict
from typing import Final, Literal

Scheme = Literal["argon2id", "scrypt"]

# 19 MiB, two passes, one lane: the smallest Argon2id setting that OWASP recommends. More
# memory would let a few logins at once press the machine.
_ARGON2_PASSES, _ARGON2_KIB, _ARGON2_LANES = 2, 19456, 1
_SCRYPT_LOG_N, _SCRYPT_R, _SCRYPT_P = 15, 8, 1
_SCRYPT: Final = re.compile(
    r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)"
)
_SCRYPT_MEMORY: Final = 256 * 1024 * 1024
_KEYED: Final = "$keyed$"
_key = secrets.token_bytes(32)


def hash_password(password: str, scheme: Scheme = "argon2id") -> str:
    """Hash a password for the users file, with a random salt; takes some ten milliseconds."""
    secret = _encode(password)
    if scheme == "argon2id":
        from argon2 import PasswordHasher

        hasher = PasswordHasher(
            time_cost=_ARGON2_PASSES, memory_cost=_ARGON2_KIB, parallelism=_ARGON2_LANES
        )
        return hasher.hash(secret)
    salt = secrets.token_bytes(16)
    digest = _scrypt(secret, salt, _SCRYPT_LOG_N, _SCRYPT_R, _SCRYPT_P, 32)
    parameters = f"ln={_SCRYPT_LOG_N},r={_SCRYPT_R},p={_SCRYPT_P}"
    return f"$scrypt${parameters}${_b64(salt)}${_b64(digest)}"


def keyed_hash(password: str) -> str:
    """Hash a password with this process's random key, at hardly any cost.

    For passwords from the command line, where they can be read anyway. Worth nothing in a
    file: no other process can check it.
    """
    return _KEYED + _keyed(_encode(password)).hex()


def is_hash(text: str) -> bool:
    """Tell whether the users file may hold this hash (argon2id or scrypt, well formed)."""
    if text.startswith("$argon2id$"):
        from argon2 import extract_parameters
        from argon2.exceptions import InvalidHashError

        try:
            extract_parameters(text)
        except (InvalidHashError, ValueError, binascii.Error):
            return False
        return True
    match = _SCRYPT.fullmatch(text)
    return match is not None and _scrypt_memory(match) <= _SCRYPT_MEMORY and _has_base64(match)


def verify(password_hash: str, password: str) -> bool:
    """Check a password against a hash of any scheme; a broken hash is no match.

    Slow on purpose, except for keyed hashes: keep it off the event loop.
    """
    secret = _encode(password)
    if password_hash.startswith(_KEYED):
        return hmac.compare_digest(password_hash, keyed_hash(password))
    if password_hash.startswith("$argon2id$"):
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError

        try:
            return PasswordHasher().verify(password_hash, secret)
        except (Argon2Error, InvalidHashError):
            return False
    match = _SCRYPT.fullmatch(password_hash)
    if match is None or _scrypt_memory(match) > _SCRYPT_MEMORY or not _has_base64(match):
        return False
    log_n, r, p = int(match[1]), int(match[2]), int(match[3])
    salt, expected = _unb64(match[4]), _unb64(match[5])
    try:
        found = _scrypt(secret, salt, log_n, r, p, len(expected))
    except ValueError:
        return False
    return hmac.compare_digest(found, expected)


class PasswordChecker:
    """Check passwords for one set of users, in a fast and a slow step.

    A login with a wrong name must take as long as one with a wrong password: ``dummy`` is a
    hash of the users' slowest scheme, and is checked when there is nothing else to check.
    Passwords found right are remembered by a keyed hash (never the password), so the next
    login is cheap; at most ``remember`` of them.
    """

    def __init__(self, dummy: str, remember: int = 1024) -> None:
        self._dummy = dummy
        self._remember = remember
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def check_fast(self, password_hash: str | None, password: str) -> bool | None:
        """Answer without slow work if that is possible; None means: use ``check_slow``.

        ``password_hash`` is None for a user that does not exist.
        """
        checked = self._dummy if password_hash is None else password_hash
        if checked.startswith(_KEYED):
            if verify(checked, password) and password_hash is not None:
                return True
            return False if self._dummy.startswith(_KEYED) else None
        digest = self._digest(checked, password)
        known = self._known.get(checked, b"")
        if hmac.compare_digest(digest, known) and password_hash is not None:
            return True
        return None

    def check_slow(self, password_hash: str | None, password: str) -> bool:
        """Answer with the full work; may be called in any thread."""
        if password_hash is None or password_hash.startswith(_KEYED):
            verify(self._dummy, password)
            return False
        right = verify(password_hash, password)
        if right:
            with self._lock:
                self._known[password_hash] = self._digest(password_hash, password)
                while len(self._known) > self._remember:
                    self._known.popitem(last=False)
        return right

    def check(self, password_hash: str | None, password: str) -> bool:
        """Do both steps: for tools and tests, not for the event loop."""
        fast = self.check_fast(password_hash, password)
        return self.check_slow(password_hash, password) if fast is None else fast

    @staticmethod
    def _digest(password_hash: str, password: str) -> bytes:
        return _keyed(password_hash.encode() + b"\0" + _encode(password))


def _keyed(data: bytes) -> bytes:
    # BLAKE2 takes a key itself, and costs a fraction of HMAC: every login needs one.
    return hashlib.blake2b(data, digest_size=32, key=_key).digest()


def _scrypt(secret: bytes, salt: bytes, log_n: int, r: int, p: int, length: int) -> bytes:
    return hashlib.scrypt(
        secret, salt=salt, n=1 << log_n, r=r, p=p, maxmem=2 * _SCRYPT_MEMORY, dklen=length
    )


def _scrypt_memory(match: re.Match[str]) -> int:
    return 128 * int(match[2]) * (1 << int(match[1]))


def _has_base64(match: re.Match[str]) -> bool:
    try:
        return bool(_unb64(match[4]) and _unb64(match[5]))
    except binascii.Error:
        return False


def _encode(password: str) -> bytes:
    return password.encode("utf-8", "surrogateescape")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
