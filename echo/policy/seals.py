"""Texts that must be read again, and must not lie open in the database: sealed with a key that is in a file
of the data directory only. A stolen database opens nothing.
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

FILE = "seal.key"
_current: ContextVar[Fernet] = ContextVar("echo_seal")


def load(folder: Path) -> Fernet:
    """The seal of a data directory, made when there is none; processes that start at once agree on one."""
    path = folder / FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        mine = folder / f"{FILE}.{os.getpid()}"
        mine.touch(mode=0o600)
        mine.write_bytes(Fernet.generate_key())
        try:
            # Appears whole or not at all, and the first one stays.
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return Fernet(path.read_bytes().strip())


def bind(seal: Fernet) -> None:
    """Make this the seal of the current task and of the tasks it starts."""
    _current.set(seal)


def seal(text: str) -> str:
    """The text, for the database."""
    return _current.get().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again; empty where it was sealed with another key."""
    try:
        return _current.get().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
