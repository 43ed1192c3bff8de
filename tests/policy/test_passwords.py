"""Password hashes: argon2id, and bcrypt of imported people."""

from __future__ import annotations

import bcrypt
import pytest

from echo.policy import passwords


async def test_hashes_are_argon2id_and_salted() -> None:
    one, two = await passwords.hash_password("correct horse"), await passwords.hash_password("correct horse")
    assert one.startswith("$argon2id$")
    assert one != two
    assert await passwords.verify("correct horse", one) == passwords.Verdict(True)
    assert await passwords.verify("wrong horse", one) == passwords.Verdict(False)


@pytest.mark.parametrize("prefix", [b"$2a$", b"$2b$", b"$2y$"])
async def test_bcrypt_is_verified_and_replaced(prefix: bytes) -> None:
    stored = (prefix + bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4))[4:]).decode()
    assert not (await passwords.verify("wrong horse", stored)).matches
    verdict = await passwords.verify("correct horse", stored)
    assert verdict.matches
    assert verdict.new_hash.startswith("$argon2id$")
    assert (await passwords.verify("correct horse", verdict.new_hash)).matches


async def test_bcrypt_of_a_long_password() -> None:
    long = "ä" * 60
    stored = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    assert (await passwords.verify(long, stored)).matches


async def test_weaker_argon2_is_replaced() -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("correct horse")
    assert (await passwords.verify("correct horse", weak)).new_hash


@pytest.mark.parametrize("stored", [None, "", "nonsense", "$2b$12$short", "$argon2id$v=19$broken"])
async def test_nothing_matches_no_hash(stored: str | None) -> None:
    assert await passwords.verify("", stored) == passwords.Verdict(False)


@pytest.mark.parametrize(
    ("password", "code"),
    [("", "ERR_BLANK"), ("1234567", "ERR_TOO_SHORT"), ("x" * 257, "ERR_TOO_LONG"), ("12345678", None)],
)
def test_new_passwords(password: str, code: str | None) -> None:
    problem = passwords.problem(password)
    assert (problem.code if problem else None) == code
