"""People and servers that somebody wants to see less of: blocked, muted, avoided."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo import ports
from echo.actions import avoided_domains as domain_actions
from echo.actions import blocks
from echo.addresses import here
from echo.db import Row
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.access import page
from echo.http.families import count_for_address
from echo.ids import parse_id
from echo.render import cards
from echo.render.cards import Author
from echo.store import accounts, avoided_domains
from echo.store.cursor import Cursor
from echo.text import handles
from echo.web.settings.frame import done, given, me, member, show_page

blueprint = Blueprint("settings_people", __name__)
BLOCKS, MUTES, DOMAINS = "/settings/blocks", "/settings/mutes", "/settings/domains"
PAGE = 40
UNKNOWN = "Nobody of that name was found"
DURATIONS = {
    "0": "For good",
    "3600": "For an hour",
    "86400": "For a day",
    "604800": "For a week",
    "2592000": "For 30 days",
}


@blueprint.get(BLOCKS)
@page
@member()
async def blocked() -> Response:
    """Whom one blocks."""
    return await _blocked()


@blueprint.post(BLOCKS)
@page
@member()
async def block() -> Response:
    """One more."""
    try:
        await blocks.block(me().user_id, await _named())
    except (Invalid, Forbidden) as error:
        return await _blocked(problem=error.public, status=422)
    return done(BLOCKS, "added")


@blueprint.post(f"{BLOCKS}/<account_id>/remove")
@page
@member()
async def unblock(account_id: str) -> Response:
    """One less."""
    await blocks.unblock(me().user_id, _number(account_id))
    return done(BLOCKS, "removed")


@blueprint.get(MUTES)
@page
@member()
async def muted() -> Response:
    """Whom one mutes, and until when."""
    return await _muted()


@blueprint.post(MUTES)
@page
@member()
async def mute() -> Response:
    """One more."""
    seconds = given().text("duration", "")
    try:
        await blocks.mute(
            me().user_id,
            await _named(),
            notifications_too=given().boolean("notifications", default=False),
            duration_seconds=int(seconds) if seconds in DURATIONS else 0,
        )
    except (Invalid, Forbidden) as error:
        return await _muted(problem=error.public, status=422)
    return done(MUTES, "added")


@blueprint.post(f"{MUTES}/<account_id>/remove")
@page
@member()
async def unmute(account_id: str) -> Response:
    """One less."""
    await blocks.unmute(me().user_id, _number(account_id))
    return done(MUTES, "removed")


@blueprint.get(DOMAINS)
@page
@member()
async def avoided() -> Response:
    """Which servers one avoids."""
    return await _avoided()


@blueprint.post(DOMAINS)
@page
@member()
async def avoid() -> Response:
    """One more."""
    try:
        await domain_actions.avoid(me().user_id, given().text("domain", ""))
    except Invalid as error:
        return await _avoided(problem=error.public, status=422)
    return done(DOMAINS, "added")


@blueprint.post(f"{DOMAINS}/remove")
@page
@member()
async def welcome() -> Response:
    """One less."""
    await domain_actions.welcome(me().user_id, given().text("domain", ""))
    return done(DOMAINS, "removed")


async def _blocked(*, problem: str = "", status: int = 200) -> Response:
    rows = await accounts.blocked(me().user_id, _cursor())
    return await show_page(
        "settings/people.html",
        "Blocked people",
        problem=problem,
        status=status,
        people=await _people(rows),
        older_id=_older(rows),
        base=BLOCKS,
        verb="Block",
        undo="Unblock",
        durations={},
    )


async def _muted(*, problem: str = "", status: int = 200) -> Response:
    rows = await accounts.muted(me().user_id, _cursor())
    return await show_page(
        "settings/people.html",
        "Muted people",
        problem=problem,
        status=status,
        people=await _people(rows),
        older_id=_older(rows),
        base=MUTES,
        verb="Mute",
        undo="Unmute",
        durations=DURATIONS,
    )


async def _avoided(*, problem: str = "", status: int = 200) -> Response:
    rows = await avoided_domains.page(me().user_id, _cursor())
    return await show_page(
        "settings/domains.html",
        "Avoided servers",
        problem=problem,
        status=status,
        domains=[row["domain"] for row in rows],
        older_id=_older(rows),
    )


async def _people(rows: list[Row]) -> list[tuple[Author, Row]]:
    """Accounts with their rows, without those that are gone."""
    by_id = {str(row["account_id"]): row for row in rows}
    return [(author, by_id[author.id]) for author in await cards.authors([row["account_id"] for row in rows])]


async def _named() -> int:
    """Whom a form names. Raises Invalid where there is nobody."""
    # Looking somebody up may ask another server.
    await count_for_address("login")
    name, domain = handles.split(given().text("handle", ""))
    domain = "" if here().is_handle_host(domain) else domain
    known = await accounts.find_by_handle(name, domain) if name else None
    if known is not None:
        return int(known.id)
    found = await ports.directory().account_by_handle(name, domain) if name and domain else None
    if found is None:
        raise Invalid(UNKNOWN)
    return found


def _cursor() -> Cursor:
    return Cursor(limit=PAGE, max_id=parse_id(request.args.get("max_id", "")))


def _older(rows: list[Row]) -> str:
    return str(rows[-1]["id"]) if len(rows) == PAGE else ""


def _number(text: str) -> int:
    number = parse_id(text)
    if number is None:
        raise NotFound
    return number
