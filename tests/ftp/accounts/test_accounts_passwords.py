"""Password hashes, and the same work for users that do not exist."""

from __future__ import annotations

import pytest

from ftp_project.accounts import passwords
from ftp_project.accounts.passwords import PasswordChecker, Scheme

#: of "s3cret"; made once: hashes in users files must stay valid
ARGON2 = (
    "$argon2id$v=19$m=19456,t=2,p=1$ofolshnuF514YqcSPdBwHg"
    "$HaSjIJNHW3/x1Z6xYouYrTjzYLsq0JjPyD5OeT149+c"
)
SCRYPT = "$scrypt$ln=15,r=8,p=1$YVB3Ea9OrkXDLJZUPOJQug$rk45+aVss+rX8MuyyqbMaY+aolxmHsr+YXzcqbCep4c"


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that slow or fast work was done for, in order."""
    calls: list[str] = []
    real = passwords.verify

    def recording(password_hash: str, password: str) -> bool:
        calls.append(password_hash)
        return real(password_hash, password)

    monkeypatch.setattr(passwords, "verify", recording)
    return calls


@pytest.mark.parametrize("scheme", ["argon2id", "scrypt"])
def test_hashes_are_salted_and_hold_any_password(scheme: Scheme) -> None:
    odd = b"p\xe4ss: word".decode("utf-8", "surrogateescape")
    first, second = (passwords.hash_password(odd, scheme) for _ in range(2))
    assert first != second
    assert passwords.is_hash(first)
    assert passwords.verify(first, odd)
    assert not passwords.verify(first, odd + "x")
    assert odd not in first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "$argon2id$",
        "$argon2id$v=19$m=1,t=1,p=1$short",
        "$scrypt$ln=15,r=8,p=1$AAAA",
        "$scrypt$ln=15,r=8,p=1$A$A",
        "$scrypt$ln=63,r=99,p=1$AAAA$AAAA",
        "$scrypt$ln=00,r=8,p=1$AAAA$AAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$zbusouRr",
    ],
)
def test_a_broken_hash_matches_nothing(text: str) -> None:
    assert not passwords.verify(text, "")
    assert not passwords.verify(text, "plain")


def test_a_hash_that_would_press_the_machine_is_refused() -> None:
    assert not passwords.is_hash("$scrypt$ln=63,r=99,p=1$AAAA$AAAA")
    assert passwords.is_hash(SCRYPT)


def test_the_second_login_is_cheap_and_a_wrong_one_never_is(verified: list[str]) -> None:
    checker = PasswordChecker(dummy=passwords.hash_password(""))
    assert checker.check_fast(ARGON2, "s3cret") is None
    assert checker.check_slow(ARGON2, "s3cret")
    assert verified == [ARGON2]
    assert checker.check_fast(ARGON2, "s3cret") is True
    assert checker.check_fast(ARGON2, "wrong") is None
    assert not checker.check_slow(ARGON2, "wrong")
    assert verified == [ARGON2, ARGON2]


def test_a_new_hash_ends_what_the_old_one_was_remembered_for() -> None:
    checker = PasswordChecker(dummy=SCRYPT)
    old, new = passwords.hash_password("s3cret"), passwords.hash_password("other")
    assert checker.check(old, "s3cret")
    assert checker.check_fast(old, "s3cret") is True
    assert checker.check_fast(new, "s3cret") is None
    assert not checker.check(new, "s3cret")
    assert checker.check_fast(None, "s3cret") is None


def test_an_unknown_user_costs_one_slow_check_and_never_gets_in(verified: list[str]) -> None:
    dummy = passwords.hash_password("")
    checker = PasswordChecker(dummy)
    for password in ("", "guess"):
        assert checker.check_fast(None, password) is None
        assert not checker.check_slow(None, password)
    assert verified == [dummy, dummy]


def test_keyed_hashes_are_fast_alone_and_slow_to_refuse_beside_slow_ones() -> None:
    keyed = passwords.keyed_hash("s3cret")
    assert not passwords.is_hash(keyed)
    alone = PasswordChecker(dummy=passwords.keyed_hash(""))
    assert alone.check_fast(keyed, "s3cret") is True
    assert alone.check_fast(keyed, "wrong") is False
    assert alone.check_fast(None, "") is False
    mixed = PasswordChecker(dummy=SCRYPT)
    assert mixed.check_fast(keyed, "s3cret") is True
    assert mixed.check_fast(keyed, "wrong") is None
    assert mixed.check_fast(None, "wrong") is None
    assert not mixed.check_slow(keyed, "s3cret")


def test_what_is_remembered_is_bounded_and_holds_no_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "verify", lambda password_hash, password: True)
    checker = PasswordChecker(dummy=SCRYPT, remember=3)
    for number in range(10):
        assert checker.check_slow(f"$scrypt${number}", "s3cret")
    remembered = [n for n in range(10) if checker.check_fast(f"$scrypt${n}", "s3cret")]
    assert remembered == [7, 8, 9]
    assert "s3cret" not in repr(vars(checker))
