"""Passwords: argon2id, computed off the event loop. bcrypt hashes of an import are accepted and replaced."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from echo.errors import FieldError

MIN_CHARACTERS = 8
MAX_CHARACTERS = 256
# 19 MiB and two passes: as hard as the wider settings for whoever guesses, small enough for a small machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# So many at a time, for each takes its 19 MiB meanwhile.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
_BCRYPT = ("$2a$", "$2b$", "$2y$")
# bcrypt has never looked further than this.
_BCRYPT_BYTES = 72


@dataclass(frozen=True, slots=True)
class Verdict:
    """`new_hash` is set when the stored hash is of an older kind and should be replaced by it."""

    matches: bool
    new_hash: str = ""


async def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def verify(password: str, stored: str | None) -> Verdict:
    """Whether a password is the one behind a stored hash.

    Shapes:  stored: argon2 or bcrypt hash; None for a person who does not exist, which takes just as long
    """
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, password, stored)


def problem(password: str) -> FieldError | None:
    """Why a new password cannot be used, or None."""
    if not password:
        return FieldError("ERR_BLANK", "can't be blank")
    if len(password) < MIN_CHARACTERS:
        return FieldError("ERR_TOO_SHORT", f"is too short (minimum is {MIN_CHARACTERS} characters)")
    if len(password) > MAX_CHARACTERS:
        return FieldError("ERR_TOO_LONG", f"is too long (maximum is {MAX_CHARACTERS} characters)")
    return None


def _verify(password: str, stored: str | None) -> Verdict:
    # Longer ones cannot have been set; they are cut so that nobody makes us hash megabytes.
    password = password[: MAX_CHARACTERS + 1]
    if stored is None:
        _matches_argon2(password, _nobody())
        return Verdict(False)
    if stored.startswith(_BCRYPT):
        matches = _matches_bcrypt(password, stored)
        return Verdict(matches, _HASHER.hash(password) if matches else "")
    if not _matches_argon2(password, stored):
        return Verdict(False)
    return Verdict(True, _HASHER.hash(password) if _HASHER.check_needs_rehash(stored) else "")


def _matches_argon2(password: str, stored: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


def _matches_bcrypt(password: str, stored: str) -> bool:
    try:
        return bcrypt.checkpw(password.encode()[:_BCRYPT_BYTES], stored.encode())
    except ValueError:
        return False


def _nobody() -> str:
    """What is checked for people who do not exist: like a hash of ours, and that of no password. Made up:
    to make a real one takes as long as to check it.
    """
    salt, hashed = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${hashed}"
