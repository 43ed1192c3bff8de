"""Accounts, for moderators: Mastodon's routes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from quart import Blueprint, Response

from echo.actions import approvals, restraints, strikes
from echo.actions.strikes import StrikeDraft
from echo.errors import BadRequest, Forbidden, Invalid
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import array, empty, raw
from echo.ids import parse_id
from echo.kinds_of_moderation import StrikeKind
from echo.policy.roles import Permission
from echo.render import admin_accounts
from echo.store import accounts, staff_accounts
from echo.store.staff_accounts import STATES, AccountFilter

blueprint = Blueprint("admin_accounts", __name__)
_BASE = "/api/v1/admin/accounts"
_READ, _WRITE = "admin:read:accounts", "admin:write:accounts"
# What is done by another route, or not to an account.
ACTIONS = ("none", "disable", "sensitive", "silence", "suspend")


@blueprint.get(_BASE)
@needs(_READ, may=Permission.MANAGE_USERS)
async def listing_v1() -> Response:
    """Accounts that all of the filters let pass, the newest first."""
    given = await params()
    chosen = [name for name in STATES if given.boolean(name)]
    local, remote = given.boolean("local", default=False), given.boolean("remote", default=False)
    wanted = replace(
        _texts(given),
        local=None if local == remote else local,
        state=chosen[-1] if chosen else "",
        is_staff=given.boolean("staff", default=False),
    )
    return await _page(given, wanted)


@blueprint.get("/api/v2/admin/accounts")
@needs(_READ, may=Permission.MANAGE_USERS)
async def listing_v2() -> Response:
    """Accounts that all of the filters let pass, the newest first."""
    given = await params()
    wanted = replace(
        _texts(given),
        local={"": None, "local": True, "remote": False}[_word(given, "origin", ("local", "remote"))],
        state=_word(given, "status", STATES),
        is_staff=bool(_word(given, "permissions", ("staff",))),
        role_ids=tuple(number for text in given.list("role_ids") if (number := _role_id(text)) is not None),
        invited_by=given.id("invited_by"),
    )
    return await _page(given, wanted)


@blueprint.get(f"{_BASE}/<account_id>")
@needs(_READ, may=Permission.MANAGE_USERS)
async def show(account_id: str) -> Response:
    """One account."""
    return await _shown(await _id(account_id))


@blueprint.delete(f"{_BASE}/<account_id>")
@needs(_WRITE, may=Permission.DELETE_USER_DATA)
async def delete(account_id: str) -> Response:
    """Delete a suspended account with all its data, at once."""
    await restraints.delete_now(staff(), await _id(account_id))
    return empty()


@blueprint.post(f"{_BASE}/<account_id>/action")
@needs(_WRITE, may=Permission.MANAGE_USERS)
async def act(account_id: str) -> Response:
    """Do something to an account, with a word to the person: `type` says what."""
    number, given = await _id(account_id), await params()
    kind = given.text("type", "")
    if kind not in ACTIONS:
        raise Invalid("Validation failed: Type is not included in the list")
    draft = StrikeDraft(
        kind=StrikeKind(kind),
        text=given.text("text", ""),
        report_id=given.id("report_id"),
        preset_id=given.id("warning_preset_id"),
        is_told=given.boolean("send_email_notification", default=True),
    )
    await strikes.give(staff(), number, draft)
    return empty()


@blueprint.post(f"{_BASE}/<account_id>/approve")
@needs(_WRITE, may=Permission.MANAGE_USERS)
async def approve(account_id: str) -> Response:
    """Say yes to somebody who waits."""
    number = await _waiting(account_id)
    await approvals.approve(staff(), number)
    return await _shown(number)


@blueprint.post(f"{_BASE}/<account_id>/reject")
@needs(_WRITE, may=Permission.MANAGE_USERS)
async def reject(account_id: str) -> Response:
    """Say no to somebody who waits."""
    await approvals.reject(staff(), await _waiting(account_id))
    return empty()


@blueprint.post(f"{_BASE}/<account_id>/enable")
@needs(_WRITE, may=Permission.MANAGE_USERS)
async def enable(account_id: str) -> Response:
    """Let somebody log in again."""
    return await _end(account_id, StrikeKind.DISABLE)


@blueprint.post(f"{_BASE}/<account_id>/unsilence")
@needs(_WRITE, may=Permission.MANAGE_USERS)
async def unsilence(account_id: str) -> Response:
    """End that an account is limited."""
    return await _end(account_id, StrikeKind.SILENCE)


@blueprint.post(f"{_BASE}/<account_id>/unsuspend")
@needs(_WRITE, may=Permission.MANAGE_USERS)
async def unsuspend(account_id: str) -> Response:
    """End a suspension that was made here."""
    return await _end(account_id, StrikeKind.SUSPEND)


@blueprint.post(f"{_BASE}/<account_id>/unsensitive")
@needs(_WRITE, may=Permission.MANAGE_USERS)
async def unsensitive(account_id: str) -> Response:
    """End that all posts of an account count as sensitive."""
    return await _end(account_id, StrikeKind.SENSITIVE)


async def _end(account_id: str, kind: StrikeKind) -> Response:
    number = await _id(account_id)
    await restraints.end(staff(), number, kind)
    return await _shown(number)


async def _id(text: str) -> int:
    number: int = (await accounts.get(read_id(text))).id
    return number


async def _waiting(text: str) -> int:
    """Somebody who waits for a yes. Raises NotFound; Forbidden for those who do not."""
    number = await _id(text)
    row = (await staff_accounts.rows([number]))[number]
    if not row["is_here"] or row["approved_at"] is not None:
        raise Forbidden
    return number


async def _shown(number: int) -> Response:
    return raw((await admin_accounts.many([number], with_login=True))[0])


async def _page(given: Params, wanted: AccountFilter) -> Response:
    cursor = cursor_of(given, default=100, maximum=200)
    ids = await staff_accounts.page(wanted, cursor)
    link = page_link(ids[0], ids[-1], with_next=len(ids) >= cursor.limit) if ids else None
    return array(await admin_accounts.many(ids, with_login=True), link=link)


def _texts(given: Params) -> AccountFilter:
    return AccountFilter(
        username=given.text("username", "").strip(),
        domain=given.text("by_domain", "").strip(),
        display_name=given.text("display_name", "").strip(),
        email=given.text("email", "").strip(),
        address=given.text("ip", "").strip(),
    )


def _word(given: Params, name: str, known: Collection[str]) -> str:
    """One of the words of a filter, or nothing. Raises BadRequest for another word."""
    word = given.text(name, "")
    if word and word not in known:
        raise BadRequest(f"Unknown {name}: {word[:50]}")
    return word


def _role_id(text: str) -> int | None:
    return -99 if text.strip() == "-99" else parse_id(text.strip())
