"""Accounts: show, look up, lists of people and posts."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import addresses
from echo.api.reading import account_page
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, needs, optional, viewer
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import array, entity, raw
from echo.models import Account
from echo.render import account, own_account, relationship, status
from echo.store import accounts, pins, relations, timelines
from echo.store.timelines import AccountFilter
from echo.text import handles
from echo.text.hashtags import normalise

blueprint = Blueprint("accounts", __name__)
MANY_MAX = 40
FAMILIAR_MAX = 40


@blueprint.get("/api/v1/accounts/verify_credentials")
@needs("profile", "read:accounts")
async def verify_credentials() -> Response:
    """Oneself."""
    owner = await accounts.get(account_id())
    return raw(await own_account.one(owner, await accounts.user(owner.id)))


@blueprint.get("/api/v1/accounts/relationships")
@needs("read:follows")
async def relationships() -> Response:
    """What one is to others; unknown ids are left out."""
    ids = (await params()).ids("id")
    rows = await relations.relationships(account_id(), ids)
    return entity([relationship.one(row) for row in rows])


@blueprint.get("/api/v1/accounts/familiar_followers")
@needs("read:follows")
async def familiar_followers() -> Response:
    """Those one follows who follow each of these accounts."""
    asked = (await params()).ids("id")[:MANY_MAX]
    rows = await relations.familiar_followers(account_id(), asked, FAMILIAR_MAX)
    people = await account.by_id(sorted({i for row in rows for i in row["follower_ids"]}))
    return array(
        [
            b'{"id":"%d","accounts":[%b]}'
            % (row["id"], b",".join(people[i] for i in row["follower_ids"] if i in people))
            for row in rows
        ]
    )


@blueprint.get("/api/v1/accounts/lookup")
@optional("read:accounts")
async def lookup() -> Response:
    """An account that is known here, by its handle."""
    name, domain = handles.split((await params()).require_text("acct"))
    found = await accounts.find_by_handle(name, "" if addresses.here().is_handle_host(domain) else domain)
    if found is None:
        raise NotFound
    return raw(await account.one(found.id))


@blueprint.get("/api/v1/accounts")
@optional("read:accounts")
async def many() -> Response:
    """Several accounts by id."""
    ids = (await params()).ids("id")
    if len(ids) > MANY_MAX:
        raise Invalid(f"At most {MANY_MAX} ids")
    return array(await account.many(ids))


@blueprint.get("/api/v1/accounts/<target>")
@optional("read:accounts")
async def show(target: str) -> Response:
    """One account; a suspended one is shown blank."""
    rendered = await account.many([read_id(target)])
    if not rendered:
        raise NotFound
    return raw(rendered[0])


@blueprint.get("/api/v1/accounts/<target>/statuses")
@optional("read:statuses")
async def statuses(target: str) -> Response:
    """The posts of an account."""
    found = await _shown(target)
    given = await params()
    cursor = cursor_of(given, default=20, maximum=40)
    if given.boolean("pinned", default=False):
        return array(await status.many(viewer(), await pins.of_account(viewer(), found.id, cursor)))
    wanted = AccountFilter(
        only_media=given.boolean("only_media", default=False),
        exclude_replies=given.boolean("exclude_replies", default=False),
        exclude_boosts=given.boolean("exclude_reblogs", default=False),
        exclude_direct=given.boolean("exclude_direct", default=False),
        hashtag=normalise(given.text("tagged", "")) or "",
    )
    ids = await timelines.account(viewer(), found.id, cursor, wanted)
    link = page_link(ids[0], ids[-1], with_next=len(ids) >= cursor.limit) if ids else None
    return array(await status.many(viewer(), ids), link=link)


@blueprint.get("/api/v1/accounts/<target>/followers")
@optional("read:accounts")
async def followers(target: str) -> Response:
    """Who follows an account; nobody is told when it hides that."""
    found = await _shown(target)
    cursor = cursor_of(await params(), default=40, maximum=80)
    if _is_hidden(found):
        return array([])
    return await account_page(await accounts.followers(found.id, cursor), cursor)


@blueprint.get("/api/v1/accounts/<target>/following")
@optional("read:accounts")
async def following(target: str) -> Response:
    """Whom an account follows; nobody is told when it hides that."""
    found = await _shown(target)
    cursor = cursor_of(await params(), default=40, maximum=80)
    if _is_hidden(found):
        return array([])
    return await account_page(await accounts.following(found.id, cursor), cursor)


@blueprint.get("/api/v1/accounts/<target>/identity_proofs")
@needs()
async def identity_proofs(target: str) -> Response:
    """Proofs of a kind that is not made any more: none."""
    await accounts.get(read_id(target))
    return array([])


async def _shown(target: str) -> Account:
    """The account; the lists of a suspended one are not shown."""
    found = await accounts.get(read_id(target))
    if found.suspended_at is not None:
        raise NotFound
    return found


def _is_hidden(found: Account) -> bool:
    return bool(found.hide_collections) and found.id != viewer().account_id
