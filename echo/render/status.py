"""Posts. Two halves: a standing one, cached by version, and a moving one, read for the viewer each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from echo.db import Row
from echo.errors import NotFound
from echo.kinds import QuoteState
from echo.policy.viewer import NOBODY, Viewer
from echo.render import account, poll, status_core
from echo.store import status_rows

_encode = msgspec.json.Encoder().encode


async def one(viewer: Viewer, post_id: int) -> bytes:
    """One post as JSON. Raises NotFound when the viewer may not read it."""
    rendered = await many(viewer, [post_id])
    if not rendered:
        raise NotFound
    return rendered[0]


async def with_source(viewer: Viewer, post_id: int, text: str) -> bytes:
    """A post that is about to be deleted: `text` as it was typed in place of `content`."""
    document = msgspec.json.decode(await one(viewer, post_id))
    del document["content"]
    document["text"] = text
    return _encode(document)


async def many(viewer: Viewer, post_ids: Sequence[int], *, hide_muted: bool = False) -> list[bytes]:
    """Posts as JSON, in the order asked; those that the viewer may not read are left out.

    Shapes:  hide_muted: leave out posts and boosts by or of people whom the viewer mutes
    """
    rendered = await by_id(viewer, post_ids, hide_muted=hide_muted)
    return [rendered[post_id] for post_id in post_ids if post_id in rendered]


async def by_id(viewer: Viewer, post_ids: Sequence[int], *, hide_muted: bool = False) -> dict[int, bytes]:
    """The same, by id. A fixed number of statements for a page: one, and two more for what is not cached."""
    if not post_ids:
        return {}
    page = await _page(viewer, await status_rows.moving(viewer, post_ids))
    rendered: dict[int, bytes] = {}
    for post_id in post_ids:
        post = page.post(post_id, hide_muted=hide_muted)
        if post is not None:
            rendered[post_id] = post
    return rendered


async def for_each(account_ids: Sequence[int], post_id: int) -> dict[int, bytes]:
    """One post with the eyes of each of these people, by account id, in as many statements as for one person.

    Left out are those who may not read it, and those who mute its author.
    """
    by_viewer = await status_rows.moving_for_each(account_ids, post_id)
    halves = await _page(NOBODY, {i: row for moving in by_viewer.values() for i, row in moving.items()})
    rendered: dict[int, bytes] = {}
    for account_id, moving in by_viewer.items():
        page = _Page(Viewer(account_id), moving, halves.posts, halves.authors)
        post = page.post(post_id, hide_muted=True)
        if post is not None:
            rendered[account_id] = post
    return rendered


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known of the posts of a page and of those they boost and quote: both halves, by id."""

    viewer: Viewer
    moving: Mapping[int, Row]
    posts: Mapping[int, bytes]
    authors: Mapping[int, bytes]

    def post(self, post_id: int, *, hide_muted: bool) -> bytes | None:
        """A post with what it boosts, or None when it is not to be shown."""
        row = self.moving.get(post_id)
        if row is None or (hide_muted and row["author_muted"]):
            return None
        if row["boost_of_id"] is None:
            return self._whole(row, row)
        original = self.moving.get(row["boost_of_id"])
        if original is None or (hide_muted and original["author_muted"]):
            return None
        return self._whole(row, original, boosted=self._whole(original, original))

    def _whole(self, row: Row, shown: Row, *, boosted: bytes = b"null", is_quoted: bool = False) -> bytes:
        """One post: its core, its author, and what moves, which for a boost is that of the post it boosts."""
        viewer = self.viewer
        parts = [
            self.posts[row["id"]][:-1],
            b',"account":',
            account.with_counters(self.authors[row["author_id"]], row),
            _counters(shown),
            b',"quote":',
            self._quote(shown, is_shallow=is_quoted),
            b',"poll":',
            b"null"
            if shown["poll"] is None
            else poll.one(viewer, shown["poll"], is_author=shown["author_id"] == viewer.account_id),
        ]
        if viewer.account_id is not None:
            parts.append(_marks(shown))
            if row["author_id"] == viewer.account_id and row is shown and row["visibility"] != "direct":
                parts.append(b',"pinned":true' if row["pinned"] else b',"pinned":false')
        parts += (b',"reblog":', boosted, b"}")
        return b"".join(parts)

    def _quote(self, row: Row, *, is_shallow: bool) -> bytes:
        """What a post quotes; inside a quoted post only its id."""
        state = row["quote_state"]
        if not state:
            return b"null"
        quoted = self.moving.get(row["quote_of_id"]) if state == QuoteState.ACCEPTED else None
        if state == QuoteState.ACCEPTED:
            state = _state_for(row, quoted)
        is_shown = quoted is not None and state == QuoteState.ACCEPTED
        if is_shallow:
            shown_id = f'"{row["quote_of_id"]}"' if is_shown else "null"
            return f'{{"state":"{state}","quoted_status_id":{shown_id}}}'.encode()
        whole = self._whole(quoted, quoted, is_quoted=True) if quoted is not None and is_shown else b"null"
        return b'{"state":"%b","quoted_status":%b}' % (state.encode(), whole)


def _state_for(row: Row, quoted: Row | None) -> str:
    """How an accepted quote stands for the viewer: the quoted post may be nothing for them."""
    if row["quote_of_id"] is None:
        return "deleted"
    if quoted is None:
        return str(row["quote_gone"] or "unauthorized")
    return "muted_account" if quoted["author_muted"] else QuoteState.ACCEPTED


async def _page(viewer: Viewer, moving: Mapping[int, Row]) -> _Page:
    rows = list(moving.values())
    authors = await account.cores_of((row["author_id"], row["author_version"]) for row in rows)
    return _Page(viewer, moving, await status_core.many(rows), authors)


def _counters(row: Row) -> bytes:
    return (
        f',"replies_count":{row["replies"]},"reblogs_count":{row["boosts"]}'
        f',"favourites_count":{row["likes"]},"quotes_count":{row["quotes"]}'
        f',"quote_approval":{{"automatic":{row["quote_automatic"]},"manual":{row["quote_manual"]}'
        f',"current_user":"{row["quote_right"]}"}}'
    ).encode()


def _marks(row: Row) -> bytes:
    return (
        f',"favourited":{_json(row["liked"])},"reblogged":{_json(row["boosted"])}'
        f',"bookmarked":{_json(row["bookmarked"])},"muted":{_json(row["thread_muted"])},"filtered":[]'
    ).encode()


def _json(value: bool) -> str:
    return "true" if value else "false"
