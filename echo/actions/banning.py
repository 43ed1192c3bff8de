"""Banning files: by their digests, or all files of a post in one act."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from echo import db, ports, settings
from echo.actions import discarding, file_bans, staff, uploads
from echo.actions.restraints import handle
from echo.actions.staff import Target
from echo.errors import EchoError, Invalid, NotFound
from echo.events import AccountChanged, PostEdited
from echo.kinds import MediaKind
from echo.media import port
from echo.media.sandbox import convert
from echo.models import Media, Post
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, banned_files
from echo.store import posts as post_store

DISTANCE = 6
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LOOK = re.compile(r"[0-9a-f]{16}", re.ASCII)
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Traits:
    """What a file is known by. Both may be empty."""

    sha256: str = ""
    look: str = ""


async def ban(by: Staff, digests: list[str], *, distance: int = DISTANCE, note: str = "") -> int:
    """Ban files by SHA-256 (64 hexadecimal digits) or by look (16).

    Returns: how many
    Raises:  Forbidden; Invalid for what is neither
    """
    wanted = list(dict.fromkeys(digest.strip().lower() for digest in digests if digest.strip()))
    if not wanted or len(wanted) > AT_ONCE:
        raise Invalid(f"Validation failed: 1 to {AT_ONCE} digests")
    for digest in wanted:
        if not (_SHA256.fullmatch(digest) or _LOOK.fullmatch(digest)):
            raise Invalid(f"Validation failed: {digest[:80]} is neither a SHA-256 nor a look")
    target = Target("file", "", f"{len(wanted)} digests")
    async with staff.acting(by, Deed.FILE_BAN, on=target, details={"note": note[:200]}):
        for digest in wanted:
            is_exact = len(digest) == 64
            await banned_files.insert(
                digest if is_exact else "", "" if is_exact else digest, _near(distance), note
            )
    file_bans.forget()
    return len(wanted)


async def ban_files_of_post(by: Staff, post_id: int, *, distance: int = DISTANCE, note: str = "") -> int:
    """Ban every file of a post, and take them off it. Returns how many files.

    Raises:  NotFound; Forbidden; Invalid when it has no files
    """
    post = await Post.get_or_none(id=post_id, deleted_at=None)
    if post is None:
        raise NotFound
    files = await Media.filter(post_id=post_id, discarded_at=None)
    if not files:
        raise Invalid("Validation failed: This post has no files")
    # Files of elsewhere have to be read for it: before the transaction, and only by those who may ban.
    async with staff.acting(by, Deed.FILE_BAN, on=Target("post", post_id), details={"note": note[:200]}):
        pass
    found = [traits for file in files for traits in await _traits_of_file(file)]
    async with db.unit_of_work() as unit:
        await post_store.lock(post_id)
        await _insert(found, distance, note)
        urls = [url for file in files for url in (file.remote_url, file.preview_remote_url) if url]
        await banned_files.mark_remote(urls)
        await banned_files.take_off(post_id, [file.id for file in files])
        unit.emit(PostEdited(local=post.local, post_id=post_id))
    file_bans.forget()
    await discarding.erase([file.id for file in files])
    return len(files)


async def ban_pictures_of_account(
    by: Staff, account_id: int, *, distance: int = DISTANCE, note: str = ""
) -> int:
    """Ban the avatar and the header of an account, and take them off it. Returns how many there were.

    Raises:  NotFound; Forbidden; Invalid when it has neither
    """
    account = await accounts.get(account_id)
    pictures = [picture for picture in (account.avatar, account.header) if picture]
    if not pictures:
        raise Invalid("Validation failed: This account has neither avatar nor header")
    target, details = Target("account", account_id, handle(account)), {"note": note[:200]}
    async with staff.acting(by, Deed.FILE_BAN, on=target, details=details):
        pass
    is_ours = not account.domain
    found = [await _traits("" if is_ours else name, name if is_ours else "") for name in pictures]
    async with db.unit_of_work() as unit:
        await _insert(found, distance, note)
        if not is_ours:
            await banned_files.mark_remote(pictures)
        await banned_files.strip_portraits(account_id, pictures)
        unit.emit(AccountChanged(local=is_ours, account_id=account_id))
    file_bans.forget()
    for key in pictures if is_ours else ():
        await port.store().delete(key)
    return len(pictures)


async def unban(by: Staff, ban_id: int) -> None:
    """Allow a file again. Raises NotFound; Forbidden."""
    known = await banned_files.find(ban_id)
    if known is None:
        raise NotFound
    target = Target("file", ban_id, known.sha256 or known.look)
    async with staff.acting(by, Deed.FILE_UNBAN, on=target):
        await known.delete()
        await banned_files.forget_marks()
    file_bans.forget()


def _near(distance: int) -> int:
    return max(0, min(distance, 16))


async def _insert(found: Sequence[Traits], distance: int, note: str) -> None:
    for traits in found:
        if traits.sha256:
            await banned_files.insert(traits.sha256, "", 0, note)
        if traits.look:
            await banned_files.insert("", traits.look, _near(distance), note)


async def _traits_of_file(file: Media) -> list[Traits]:
    """What a file is known by: as it was uploaded, as it is shown, and what moves by its preview."""
    found = [await _traits(file.remote_url, file.file_key), Traits(file.sha256)]
    if file.kind in (MediaKind.VIDEO, MediaKind.GIFV):
        preview = await _traits(file.preview_remote_url, file.preview_key)
        found.append(Traits(look=preview.look))
    return [traits for traits in found if traits != Traits()]


async def _traits(url: str, key: str) -> Traits:
    """What a file of another server, or of our store, is known by."""
    if not (url or key):
        return Traits()
    with tempfile.TemporaryDirectory(prefix="echo-ban-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "file"
        try:
            if url:
                await ports.files().download(url, path, settings.here().media.remote_file_limit_bytes)
            else:
                await port.store().save(key, path)
            return Traits(await asyncio.to_thread(file_bans.sha256_of, path), await _look(path))
        except EchoError:  # it is gone where it was: its address is banned, and what is known of it
            return Traits()


async def _look(path: Path) -> str:
    try:
        return (await convert(path, limits=uploads.image_limits())).look
    except Invalid:  # no picture
        return ""
