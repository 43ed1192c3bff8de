"""Doing the rows of an import, a few at a time: each once, those that fail for now again later."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from echo import clock, db, ports
from echo.actions import avoided_domains, blocks, exports, follows, imports, likes, lists
from echo.actions.lists import ListDraft
from echo.addresses import here
from echo.db import Row
from echo.errors import EchoError, Forbidden, NotFound, Unavailable
from echo.kinds_of_moving import ImportKind, ImportState
from echo.policy.viewer import Viewer
from echo.store import accounts, home, posts
from echo.store import exports as export_store
from echo.store import imports as store
from echo.store import lists as list_store
from echo.text import handles, tables
from echo.text.tables import Line

PIECE = 40
# Rows under way at the same time: each may ask another server.
AT_ONCE = 4
RUN_SECONDS = 20.0
ROW_SECONDS = 15.0
# After how long a row whose person or post was not found is tried again; then it has failed.
PATIENCE = (timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=6))
_PROBLEMS = {
    "address": "This is not the address of an account.",
    "domain": "This is not the name of a server.",
    "uri": "This is not the address of a post.",
    "list": "The list has no name.",
}
NO_ACCOUNT = "There is no such account, or its server does not answer."
NO_POST = "There is no such post, or its server does not answer."


@dataclass(frozen=True, slots=True)
class _Import:
    id: int
    account_id: int
    kind: ImportKind


async def work(import_id: int) -> float | None:
    """Do some of an import.

    Returns: None when it is done, else after how many seconds there is more to do
    """
    row = await store.find_for_worker(import_id)
    if row is None or row["finished_at"] is not None:
        return None
    known = _Import(import_id, row["account_id"], ImportKind(row["kind"]))
    until = time.monotonic() + RUN_SECONDS
    if row["state"] == ImportState.WAITING and not await _take_away_others(known, until):
        return 0
    while time.monotonic() < until:
        piece = await store.due_rows(import_id, PIECE)
        if not piece:
            break
        await _do_all(known, piece)
    due_at = await store.next_due(import_id)
    if due_at is not None:
        return max((due_at - clock.now()).total_seconds(), 0.0)
    async with db.unit_of_work():
        await store.set_state(import_id, ImportState.DONE)
    await home.forget_if_possible(known.account_id)
    return None


async def _do_all(known: _Import, piece: list[Row]) -> None:
    # Rows of lists and bookmarks have an order; the others only wait for servers.
    is_ordered = known.kind in (ImportKind.LISTS, ImportKind.BOOKMARKS)
    gate = asyncio.Semaphore(1 if is_ordered else AT_ONCE)

    async def one(row: Row) -> None:
        async with gate:
            await _do(known, row)

    # All of them end before one of them may stop the run.
    for outcome in await asyncio.gather(*(one(row) for row in piece), return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _do(known: _Import, row: Row) -> None:
    line = imports.read_line(row)
    problem = tables.problem_of(known.kind, line)
    if problem:
        await store.row_failed(known.id, row["id"], _PROBLEMS[problem], again_after=None)
        return
    try:
        async with asyncio.timeout(ROW_SECONDS):
            await _apply(known, line, row["id"])
    except Unavailable:
        raise
    except (NotFound, TimeoutError):
        said = NO_POST if known.kind is ImportKind.BOOKMARKS else NO_ACCOUNT
        again = PATIENCE[row["attempts"]] if row["attempts"] < len(PATIENCE) else None
        await store.row_failed(known.id, row["id"], said, again_after=again)
    except Forbidden:
        await store.row_failed(
            known.id, row["id"], "This is not possible with that account.", again_after=None
        )
    except EchoError as error:
        await store.row_failed(known.id, row["id"], error.public, again_after=None)


async def _apply(known: _Import, line: Line, row_id: int) -> None:
    """One row. What it does and that it is done are one unit of work."""
    me = known.account_id
    if known.kind is ImportKind.DOMAINS:
        async with db.unit_of_work():
            await avoided_domains.avoid(me, line.about)
            await store.row_done(known.id, row_id)
        return
    if known.kind is ImportKind.BOOKMARKS:
        post_id = await _post(me, line.about)
        async with db.unit_of_work():
            await likes.bookmark(me, post_id)
            await store.row_done(known.id, row_id)
        return
    target_id = await _account(line.about)
    async with db.unit_of_work():
        match known.kind:
            case ImportKind.FOLLOWS:
                await follows.follow(
                    me, target_id, boosts=line.boosts, notify=line.notify, languages=line.languages
                )
            case ImportKind.BLOCKS:
                await blocks.block(me, target_id)
            case ImportKind.MUTES:
                await blocks.mute(me, target_id, notifications_too=line.hide_notifications is not False)
            case _:
                await _put_on_list(me, target_id, line.list_title)
        await store.row_done(known.id, row_id)


async def _put_on_list(me: int, target_id: int, title: str) -> None:
    """On a list of this name, which is made where there is none; whoever is on a list is followed."""
    mine = {row["title"]: int(row["id"]) for row in await list_store.all_of(me)}
    list_id = mine[title] if title in mine else int((await lists.create(me, ListDraft(title=title))).id)
    if list_id in {int(row["id"]) for row in await list_store.with_member(me, target_id)}:
        return
    if target_id != me:
        await follows.follow(me, target_id)
    await lists.add_members(me, list_id, [target_id])


async def _account(address: str) -> int:
    """Somebody here or elsewhere. Raises NotFound."""
    name, domain = handles.split(address)
    if not domain or here().is_handle_host(domain):
        found = await accounts.find_by_handle(name)
        if found is None:
            raise NotFound
        return int(found.id)
    account_id = await ports.directory().account_by_handle(name, domain)
    if account_id is None:
        raise NotFound
    return account_id


async def _post(me: int, uri: str) -> int:
    """A post that one may read, by its id or page. Raises NotFound."""
    known = await posts.find_by_uri(Viewer(me), uri)
    if known is not None:
        return int(known.id)
    post_id = None if here().is_ours(uri) else await ports.directory().post_by_iri(uri)
    if post_id is None:
        raise NotFound
    return post_id


async def _take_away_others(known: _Import, until: float) -> bool:
    """Take away what is not in the file; False when the time was over before. Done again, nothing is left."""
    wanted = {_key(known.kind, line) for line in await _all_lines(known)}
    async for row in export_store.rows(known.kind, known.account_id):
        line = exports.line_of(known.kind, row)
        if _key(known.kind, line) in wanted:
            continue
        if time.monotonic() > until:
            return False
        await _take_away(known, line)
    await store.set_state(known.id, ImportState.WORKING)
    return True


async def _all_lines(known: _Import) -> list[Line]:
    return imports.read_lines(await store.all_data(known.id))


def _key(kind: ImportKind, line: Line) -> tuple[str, str]:
    """What makes two lines mean the same."""
    if kind is ImportKind.BOOKMARKS:
        return "", line.about
    if kind is ImportKind.DOMAINS:
        return "", avoided_domains.read(line.about) or ""
    name, domain = handles.split(line.about)
    return line.list_title, f"{name.lower()}@{domain or here().domain}"


async def _take_away(known: _Import, line: Line) -> None:
    me = known.account_id
    if known.kind is ImportKind.DOMAINS:
        await avoided_domains.welcome(me, line.about)
        return
    if known.kind is ImportKind.BOOKMARKS:
        post = await posts.find_by_uri_for_worker(line.about)
        if post is not None:
            await likes.unbookmark(me, int(post.id))
        return
    name, domain = handles.split(line.about)
    found = await accounts.find_by_handle(name, "" if here().is_handle_host(domain) else domain)
    if found is None:
        return
    match known.kind:
        case ImportKind.FOLLOWS:
            await follows.unfollow(me, found.id)
        case ImportKind.BLOCKS:
            await blocks.unblock(me, found.id)
        case ImportKind.MUTES:
            await blocks.unmute(me, found.id)
        case _:
            for row in await list_store.all_of(me):
                if row["title"] == line.list_title:
                    await lists.remove_members(me, row["id"], [found.id])
