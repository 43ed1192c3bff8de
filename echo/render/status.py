"""Posts. Two halves: a standing one, cached by version, and a moving one, read for the viewer each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from echo.db import Row
from echo.errors import NotFound
from echo.kinds import QuoteState, Visibility
from echo.policy.quoting import QuoteRight
from echo.policy.viewer import NOBODY, Viewer
from echo.render import account, filtered, poll, reaction, status_core, status_overlay
from echo.store import status_more, status_rows

_encode = msgspec.json.Encoder().encode
# A quoted post is shown whole, and of what it quotes in turn only the id.
QUOTES_DEEP = 2
# Of a long thread so many at a time: whoever else asks this process is served in between.
TOGETHER = 200
# Rights to quote that need no look at who follows whom, as the database writes them.
PLAIN = frozenset({"[]", '["public"]'})


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
    rendered: dict[int, bytes] = {}
    for start in range(0, len(post_ids), TOGETHER):
        some = post_ids[start : start + TOGETHER]
        page = (await _pages([viewer], some))[viewer]
        for post_id in some:
            post = page.post(post_id, hide_muted=hide_muted)
            if post is not None:
                rendered[post_id] = post
    return rendered


async def for_each(account_ids: Sequence[int], post_id: int, *, hide_muted: bool) -> dict[int, bytes]:
    """One post with the eyes of each of these people, by account id, in as many statements as for one person.

    Left out are those who may not read it, and with `hide_muted` those who mute its author.
    """
    pages = await _pages([Viewer(account_id) for account_id in account_ids], [post_id])
    rendered: dict[int, bytes] = {}
    for account_id in account_ids:
        post = pages[Viewer(account_id)].post(post_id, hide_muted=hide_muted)
        if post is not None:
            rendered[account_id] = post
    return rendered


async def reported(viewer: Viewer, post_ids: Sequence[int]) -> dict[int, bytes]:
    """Posts for a moderator, who was told of them: whoever else may read them, deleted ones as long as they
    are kept. By id.
    """
    page = (await _pages([viewer], post_ids, read=_unscoped))[viewer]
    found = {post_id: page.post(post_id, hide_muted=False) for post_id in post_ids}
    return {post_id: post for post_id, post in found.items() if post is not None}


@dataclass(frozen=True, slots=True)
class InPublic:
    """A post as everybody sees it, and what filters say about it, by their owner; those it is nothing to are
    not there.
    """

    post: bytes
    filtered: Mapping[int, bytes]

    def with_filtered(self, account_id: int) -> bytes:
        """The post with what the filters of one receiver say."""
        return self.post[:-1] + b',"filtered":' + self.filtered.get(account_id, filtered.NOTHING) + b"}"


async def in_public(post_ids: Sequence[int], filters_versions: Mapping[int, int]) -> dict[int, InPublic]:
    """Posts for the public streams, by id, without those that not everybody may read. Receivers are told no
    marks of their own but `filtered`.

    Shapes:  filters_versions: of the receivers who ever had filters
    """
    if not post_ids:
        return {}
    page = (await _pages([NOBODY], post_ids))[NOBODY]
    filtering = await filtered.read(filters_versions, list(page.moving.values()))
    found: dict[int, InPublic] = {}
    for post_id in post_ids:
        post = page.post(post_id, hide_muted=False)
        if post is not None:
            said = {id_: filtering.apply(Viewer(id_), post_id, (post_id,)) for id_ in filtering.filters}
            found[post_id] = InPublic(
                post, {id_: one for id_, one in said.items() if one != filtered.NOTHING}
            )
    return found


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known of the posts of a page and of those they boost and quote: both halves, by id.

    `more`: polls, quotes, emojis and rights to quote, of those posts that have them (`store.status_more`).
    """

    viewer: Viewer
    moving: Mapping[int, Row]
    more: Mapping[int, Row]
    posts: Mapping[int, bytes]
    authors: Mapping[int, bytes]
    filtering: filtered.Filtering

    def post(self, post_id: int, *, hide_muted: bool) -> bytes | None:
        """A post with what it boosts, or None when it is not to be shown."""
        row = self.moving.get(post_id)
        if row is None or (hide_muted and row["author_muted"]):
            return None
        if row["boost_of_id"] is None:
            return self._whole(row, self._overlay(row, (post_id,)))
        original = self.moving.get(row["boost_of_id"])
        if original is None or (hide_muted and original["author_muted"]):
            return None
        overlay = self._overlay(original, (post_id, original["id"]))
        boosted = self._whole(original, overlay)
        through_it = self._approval(original, is_boost=True)
        return b"".join((*self._standing(row), through_it, overlay, b',"reblog":', boosted, b"}"))

    def _whole(self, row: Row, overlay: bytes) -> bytes:
        """A post that is no boost."""
        pinned = b""
        if row["author_id"] == self.viewer.account_id and row["visibility"] != "direct":
            pinned = b',"pinned":true' if row["pinned"] else b',"pinned":false'
        approval = self._approval(row, is_boost=False)
        return b"".join((*self._standing(row), approval, overlay, pinned, b',"reblog":null}'))

    def _standing(self, row: Row) -> tuple[bytes, bytes, bytes]:
        """The core of a post and its author, still open at the end."""
        return self.posts[row["id"]][:-1], b',"account":', self.authors[row["author_id"]]

    def _overlay(self, row: Row, ids: Sequence[int], *, is_quoted: bool = False) -> bytes:
        """What moves, which for a boost is that of the post it boosts.

        Shapes:  ids: by which filters may know it
        """
        parts = [status_overlay.counters(row), b',"quote":', self._quote(row, is_shallow=is_quoted)]
        parts += (b',"poll":', self._poll(row), self._reactions(row))
        if self.viewer.account_id is not None:
            parts.append(status_overlay.marks(row))
            parts += (b',"filtered":', self.filtering.apply(self.viewer, row["id"], ids))
        return b"".join(parts)

    def _poll(self, row: Row) -> bytes:
        if row["poll_id"] is None:
            return b"null"
        is_author = row["author_id"] == self.viewer.account_id
        return poll.part(self.viewer, self.more[row["id"]]["poll"], is_author=is_author)

    def _reactions(self, row: Row) -> bytes:
        return reaction.part(self.more[row["id"]]["reactions"]) if row["reactions"] else reaction.NOTHING

    def _approval(self, row: Row, *, is_boost: bool) -> bytes:
        """Who may quote the post, and whether the viewer is one of them: through a boost nobody is."""
        right: str = QuoteRight.DENIED
        if not is_boost:
            more = self.more.get(row["id"])
            right = more["quote_right"] if more else _plain_right(self.viewer, row) or right
        return status_overlay.approval(row["quote_automatic"], row["quote_manual"], right)

    def _quote(self, row: Row, *, is_shallow: bool) -> bytes:
        """What a post quotes; inside a quoted post only its id."""
        state = row["quote_state"]
        if not state:
            return b"null"
        quoted = self.moving.get(row["quote_of_id"]) if state == QuoteState.ACCEPTED else None
        if state == QuoteState.ACCEPTED:
            state = self._state_for(row, quoted)
        is_shown = quoted is not None and state == QuoteState.ACCEPTED
        if is_shallow:
            shown_id = f'"{row["quote_of_id"]}"' if is_shown else "null"
            return f'{{"state":"{state}","quoted_status_id":{shown_id}}}'.encode()
        whole = b"null"
        if quoted is not None and is_shown:
            whole = self._whole(quoted, self._overlay(quoted, (quoted["id"],), is_quoted=True))
        return b'{"state":"%b","quoted_status":%b}' % (state.encode(), whole)

    def _state_for(self, row: Row, quoted: Row | None) -> str:
        """How an accepted quote stands for the viewer: the quoted post may be nothing for them."""
        if row["quote_of_id"] is None:
            return "deleted"
        if quoted is None:
            return str(self.more[row["id"]]["quote_gone"] or "unauthorized")
        return "muted_account" if quoted["author_muted"] else QuoteState.ACCEPTED


_Rows = dict[Viewer, dict[int, Row]]


async def _moving(viewers: Sequence[Viewer], post_ids: Sequence[int]) -> _Rows:
    if len(viewers) == 1:
        return {viewers[0]: await status_rows.moving(viewers[0], post_ids)}
    return _by_viewer(viewers, await status_rows.moving_for_each(_ids(viewers), post_ids))


async def _unscoped(viewers: Sequence[Viewer], post_ids: Sequence[int]) -> _Rows:
    return {viewers[0]: await status_rows.moving_unscoped_for_staff(viewers[0], post_ids)}


async def _pages(
    viewers: Sequence[Viewer],
    post_ids: Sequence[int],
    *,
    read: Callable[[Sequence[Viewer], Sequence[int]], Awaitable[_Rows]] = _moving,
) -> dict[Viewer, _Page]:
    """The posts with the eyes of each viewer, with what they quote, and what that quotes."""
    moving = await read(viewers, post_ids)
    known = set(post_ids)
    for _ in range(QUOTES_DEEP):
        quoted = {i for rows in moving.values() for row in rows.values() if (i := _quoted_id(row))} - known
        if not quoted:
            break
        known |= quoted
        for viewer, rows in (await _moving(viewers, list(quoted))).items():
            moving[viewer] = rows | moving[viewer]
    every = {post_id: row for rows in moving.values() for post_id, row in rows.items()}
    more = await _more(viewers, [post_id for post_id, row in every.items() if _needs_more(row)])
    cores = await account.cores_of((row["author_id"], row["author_version"]) for row in every.values())
    counted = {row["author_id"]: row for row in every.values()}
    authors = {i: account.with_counters(cores[i], row) for i, row in counted.items()}
    posts = await status_core.many(list(every.values()))
    if len(posts) < len(every):  # what cannot be shown is as if it were not there
        moving = {one: {i: row for i, row in rows.items() if i in posts} for one, rows in moving.items()}
    versions = filtered.versions(row for rows in moving.values() for row in rows.values())
    filtering = await filtered.read(versions, list(every.values()))
    return {
        viewer: _Page(viewer, moving[viewer], more[viewer], posts, authors, filtering) for viewer in viewers
    }


async def _more(viewers: Sequence[Viewer], post_ids: Sequence[int]) -> _Rows:
    if not post_ids:
        return _by_viewer(viewers, {})
    if len(viewers) == 1:
        return {viewers[0]: await status_more.more(viewers[0], post_ids)}
    return _by_viewer(viewers, await status_more.more_for_each(_ids(viewers), post_ids))


def _by_viewer(viewers: Sequence[Viewer], rows: Mapping[int, dict[int, Row]]) -> _Rows:
    return {viewer: rows.get(viewer.account_id or 0, {}) for viewer in viewers}


def _ids(viewers: Sequence[Viewer]) -> list[int]:
    return [viewer.account_id for viewer in viewers if viewer.account_id is not None]


def _quoted_id(row: Row) -> int | None:
    return row["quote_of_id"] if row["quote_state"] == QuoteState.ACCEPTED else None


def _needs_more(row: Row) -> bool:
    has_parts = row["poll_id"] is not None or row["quote_of_id"] is not None or row["reactions"] > 0
    return has_parts or not _is_plain(row)


def _is_plain(row: Row) -> bool:
    """Whether the right to quote depends on nothing but the post and who is looking."""
    return row["quote_automatic"] in PLAIN and bool(row["quote_manual"] == "[]")


def _plain_right(viewer: Viewer, row: Row) -> str | None:
    """The right to quote where it is plain, else None."""
    if not _is_plain(row):
        return None
    if viewer.is_anonymous or row["visibility"] == Visibility.DIRECT or row["boost_of_id"] is not None:
        return QuoteRight.DENIED
    is_automatic = row["quote_automatic"] != "[]" or row["author_id"] == viewer.account_id
    return QuoteRight.AUTOMATIC if is_automatic else QuoteRight.DENIED
