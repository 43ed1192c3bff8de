"""Posts of long ago, brought along from another server: kept quietly, under the day they were written on.

Nobody is told of them, no other server, no timeline; whoever looks at the profile finds them there.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from echo import clock, db, ids
from echo.actions import attaching, composing, imports, judging, posting
from echo.actions.drafts import RemotePost
from echo.actions.posting import NewPost
from echo.addresses import here
from echo.db import Row
from echo.errors import Invalid, Unavailable
from echo.events import PastBrought
from echo.kinds import Visibility
from echo.kinds_of_moving import ImportKind, ImportState
from echo.media import keys, past_archive, port
from echo.models import Account, Media, Post
from echo.policy.pipeline.verdicts import Action
from echo.policy.viewer import Viewer
from echo.store import accounts, past_posts, posts
from echo.store import imports as store
from echo.store.imports import Draft
from echo.text import sanitize

# From the most open to the most private.
ORDER = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT)
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Place:
    """The row of an import that a post comes from."""

    import_id: int
    row_id: int


async def begin(account_id: int, source: IO[bytes], visibility: Visibility | None) -> Row:
    """Take an archive in. What is in it is brought along by workers.

    Shapes:  source: a zip or tar.gz; visibility: what posts are shown as at most; None: as they were
    Raises:  Invalid for what is no such archive, or not a decent one, and when too many imports are under
             way; NoRoom when the disk is full
    """
    port.require_room()
    key = keys.new_key(keys.RAW)
    with tempfile.TemporaryDirectory(prefix="echo-archive-") as folder:
        archive = await asyncio.to_thread(_look, source, Path(folder))
        await port.store().put(key, archive, keys.RAW_TYPE)
    try:
        async with db.unit_of_work() as unit:
            await imports.require_room(account_id)
            draft = Draft(
                account_id=account_id,
                kind=ImportKind.POSTS,
                file_key=key,
                visibility="" if visibility is None else visibility.value,
            )
            import_id = await store.insert(draft, ImportState.WAITING)
            unit.emit(PastBrought(local=True, import_id=import_id))
            made = await store.find(account_id, import_id)
    except BaseException:
        await port.store().delete(key)
        raise
    assert made is not None
    return made


def _look(source: IO[bytes], folder: Path) -> Path:
    """The archive as a zip in a folder of ours. Raises Invalid."""
    came, archive = folder / "came", folder / "archive.zip"
    source.seek(0)
    with came.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    past_archive.make_zip(came, archive)
    with past_archive.opened(archive) as looked_at:
        if not {"actor.json", "outbox.json"} <= set(looked_at.namelist()):
            raise Invalid("The archive has no actor.json and outbox.json: it is not one of Mastodon's.")
    return archive


async def keep(
    account_id: int, draft: RemotePost, files: Sequence[Media], *, most: Visibility | None, place: Place
) -> bool:
    """Keep one post, once: what was brought along before changes nothing.

    Shapes:  draft: as it was said there; draft.uri: its id there; files: own, free, ready
    Returns: whether it is new
    Raises:  Invalid when a policy of this server does not let it in
    """
    author = await accounts.get(account_id)
    verdict = await judging.judge_remote(author, draft)
    if verdict.action in (Action.REJECT, Action.HOLD):
        raise Invalid("A policy of this server does not let this post in.")
    emojis = await composing.emojis_in(draft.html, draft.spoiler)
    async with db.unit_of_work() as unit:
        await past_posts.lock(account_id)
        if await is_here(account_id, draft.uri):
            await store.row_done(place.import_id, place.row_id)
            return False
        parent = await _parent(account_id, draft)
        stored = None
        for _ in range(_TRIES):
            # Ids of the past are random below the second: one may be taken.
            new = _new_post(author, draft, parent, most, files, emojis)
            stored = await posting.insert(unit, author, new)
            if stored is not None:
                break
        if stored is None:
            raise Unavailable(detail="no id is free at that moment")
        if files:
            await attaching.attach(files, stored.id)
        await past_posts.insert(account_id, draft.uri, stored.id)
        await store.row_done(place.import_id, place.row_id)
    return True


async def is_here(account_id: int, uri: str) -> bool:
    """Whether it was brought along before, or written here in the first place."""
    if await past_posts.find(account_id, uri) is not None:
        return True
    known = await posts.find_by_uri_for_worker(uri)
    return known is not None and known.author_id == account_id


async def _parent(account_id: int, draft: RemotePost) -> Post | None:
    """What it answers: a post that was brought along too, or one that its author may read."""
    if not draft.in_reply_to_uri:
        return None
    own = await past_posts.find(account_id, draft.in_reply_to_uri)
    if own is not None:
        return await posts.find(Viewer(account_id), own)
    return await posts.find_by_uri(Viewer(account_id), draft.in_reply_to_uri)


def _new_post(
    author: Account,
    draft: RemotePost,
    parent: Post | None,
    most: Visibility | None,
    files: Sequence[Media],
    emojis: Sequence[dict[str, str]],
) -> NewPost:
    published_at = min(draft.published_at, clock.now())
    post_id = ids.id_at(published_at)
    return NewPost(
        id=post_id,
        uri=here().post(post_id),
        url=here().post_page(author.username, post_id),
        local=True,
        visibility=max(draft.visibility, most or draft.visibility, key=ORDER.index),
        created_at=published_at,
        text=sanitize.to_text(draft.html),
        html=draft.html,
        spoiler=draft.spoiler,
        sensitive=draft.sensitive,
        language=draft.language,
        parent=parent,
        in_reply_to_uri=draft.in_reply_to_uri,
        media_ids=[file.id for file in files],
        emojis=emojis,
        edited_at=draft.edited_at,
        mentioned_ids=draft.mentioned_ids,
        silent_ids=draft.silent_ids,
        hashtags=draft.hashtags,
        is_quiet=True,
        is_news=False,
        is_past=True,
    )
