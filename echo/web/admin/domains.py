"""Other servers: which are blocked, how far, and what that would end or has ended."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import server_allows, server_blocks
from echo.actions.server_blocks import BlockDraft, named
from echo.errors import Invalid, NotFound
from echo.http.params import Params
from echo.kinds import BlockSeverity
from echo.policy.roles import Permission
from echo.store import server_allows as allow_store
from echo.store import server_blocks as store
from echo.store import severances
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("domain_pages", __name__)
PATH = "/admin/domains"
NOTICES = {
    "blocked": "The block holds. What is thrown away or ended goes on in the background.",
    "unblocked": "The server is not blocked any more. Follows do not come back by themselves.",
    "allowed": "There is exchange with this server.",
    "disallowed": "There is no exchange with this server any more.",
}
SEVERITIES = {
    BlockSeverity.SUSPEND: "Suspended: nothing to do with it",
    BlockSeverity.SILENCE: "Limited: not in public timelines",
    BlockSeverity.NOOP: "Neither; only what is ticked below",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_FEDERATION)
async def listing() -> Response:
    """The blocks, and a field that leads to any server."""
    if request.args.get("domain", "").strip():
        return await _look_up(request.args["domain"])
    return await _listing()


@blueprint.get(f"{PATH}/<domain>")
@staff_page(Permission.MANAGE_FEDERATION)
async def one(domain: str) -> Response:
    """One server: what is known of it, what a block would do, and the form for it."""
    return await _one(_name(domain))


@blueprint.post(f"{PATH}/<domain>")
@staff_page(Permission.MANAGE_FEDERATION)
async def change(domain: str) -> Response:
    """Block, change, unblock, allow or disallow a server."""
    given, name = await visitor.read_form(), _name(domain)
    try:
        match given.text("do", ""):
            case "block":
                await server_blocks.block(await by(), _draft(name, given))
                done = "blocked"
            case "unblock":
                await server_blocks.unblock(await by(), name)
                done = "unblocked"
            case "allow":
                await server_allows.allow(await by(), name)
                done = "allowed"
            case "disallow":
                await server_allows.disallow(await by(), name)
                done = "disallowed"
            case _:
                raise NotFound
    except Invalid as error:
        return await _one(name, bad=error.public)
    return done_at(f"{PATH}/{name}", done)


async def _look_up(text: str) -> Response:
    try:
        return visitor.redirect(f"{PATH}/{named(text)}")
    except Invalid:
        return await _listing(bad=f"{text.strip()[:100]} is not the name of a server.")


async def _listing(*, bad: str = "") -> Response:
    words, severity = request.args.get("q", "").strip(), request.args.get("severity", "")
    rows = await store.listing(words=words[:253], severity=severity)
    return await show_staff(
        "domains.html",
        title="Domains",
        notices=NOTICES,
        bad=bad,
        blocks=rows,
        severed=await severances.ended_by_blocks([row["domain"] for row in rows]),
        severities=SEVERITIES,
        asked={"q": words, "severity": severity},
        only_allowed=settings.here().federation.only_allowed,
        allowed=await allow_store.listing(),
    )


async def _one(name: str, *, bad: str = "") -> Response:
    covering = await store.covering(name)
    known = covering if covering is not None and covering.domain == name else None
    return await show_staff(
        "domain.html",
        title=name,
        notices=NOTICES,
        bad=bad,
        name=name,
        counts=await store.counts(name),
        severed=(await severances.ended_by_blocks([name])).get(name),
        known=known,
        above=covering if known is None else None,
        severities=SEVERITIES,
        only_allowed=settings.here().federation.only_allowed,
        is_allowed=name in await allow_store.allowed(),
    )


def _draft(name: str, given: Params) -> BlockDraft:
    severity = given.text("severity", "")
    return BlockDraft(
        domain=name,
        severity=BlockSeverity(severity) if severity in set(BlockSeverity) else BlockSeverity.SUSPEND,
        reject_media=given.boolean("reject_media", default=False),
        reject_reports=given.boolean("reject_reports", default=False),
        reason=given.text("reason", "").strip(),
        note=given.text("note", "").strip(),
        obfuscate=given.boolean("obfuscate", default=False),
    )


def _name(domain: str) -> str:
    try:
        name = named(domain)
    except Invalid as error:
        raise NotFound from error
    if name != domain:
        raise NotFound
    return name
