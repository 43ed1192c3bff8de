"""Everything that somebody has here in one file, which they alone may fetch, for a week."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from echo import clock, db
from echo.db import Row
from echo.errors import Invalid, NotFound
from echo.events import ArchiveAsked, MailAsked
from echo.kinds import LetterKind
from echo.kinds_of_moving import ArchiveState
from echo.media import keys, port
from echo.policy.secret_texts import new_secret
from echo.store import archives

# How often one is made for a person, and for how long it can be fetched.
EVERY, KEEPS = timedelta(days=7), timedelta(days=7)
_BATCH = 100


async def ask(account_id: int) -> Row:
    """Have one made. Raises Invalid when one was made, or is being made, in the last seven days."""
    async with db.unit_of_work() as unit:
        last = await archives.newest(account_id)
        if last is not None and last["created_at"] > clock.now() - EVERY:
            raise Invalid(f"An archive is made once in {EVERY.days} days.")
        archive_id = await archives.insert(account_id, new_secret())
        unit.emit(ArchiveAsked(local=True, archive_id=archive_id))
        made = await archives.find_for_worker(archive_id)
    assert made is not None
    return made


async def get(account_id: int, archive_id: int) -> Row:
    """One of one's own that can be fetched. Raises NotFound, also when its time is over."""
    found = await archives.find(account_id, archive_id)
    if found is None:
        raise NotFound
    return found


async def get_by_secret(account_id: int, secret: str) -> Row:
    """The same, by its address."""
    found = await archives.find_by_secret(account_id, secret)
    if found is None:
        raise NotFound
    return found


async def keep(archive_id: int, path: Path, size_bytes: int) -> None:
    """Keep a file that was made, and write to its owner that it is there."""
    known = await archives.find_for_worker(archive_id)
    if known is None or known["state"] != ArchiveState.WAITING:
        return
    key = known["file_key"] or keys.new_key(keys.RAW)
    async with db.unit_of_work():
        await db.wait_for_disk()
        await archives.name_file(archive_id, key)
    await port.store().put(key, path, keys.RAW_TYPE)
    async with db.unit_of_work() as unit:
        if await archives.finish(archive_id, ArchiveState.READY, size_bytes, KEEPS):
            letter = MailAsked(local=True, user_id=known["account_id"], template=LetterKind.ARCHIVE)
            unit.emit(letter)


async def give_up(archive_id: int) -> None:
    """It cannot be made; its owner may ask again."""
    async with db.unit_of_work():
        await archives.finish(archive_id, ArchiveState.FAILED, 0, timedelta())


async def sweep() -> int:
    """Delete the files of those whose time is over. Returns how many."""
    swept = 0
    while rows := await archives.expired(_BATCH):
        for row in rows:
            await port.store().delete(row["file_key"])
        await archives.mark_gone([row["id"] for row in rows])
        swept += len(rows)
    return swept


async def forget_files(account_id: int) -> None:
    """Delete whatever was made for somebody, or brought by them, whose account is erased."""
    for key in await archives.files_of(account_id):
        await port.store().delete(key)
