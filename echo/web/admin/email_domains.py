"""Domains of e-mail that nobody signs up with, and mailboxes that were shut out."""

from __future__ import annotations

from datetime import timedelta

from quart import Blueprint, Response, request

from echo import clock, ports
from echo.actions import canonical_email_blocks, email_domain_blocks
from echo.actions.email_domain_blocks import EmailDomainDraft
from echo.actions.server_blocks import named
from echo.errors import Invalid, NotFound
from echo.http.reading import read_id
from echo.policy.roles import Permission
from echo.store import canonical_email_blocks as mailbox_store
from echo.store import email_domain_blocks as store
from echo.store.cursor import Cursor
from echo.store.ip_blocks import read_address
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("email_domain_pages", __name__)
PATH, MAILBOXES = "/admin/email-domains", "/admin/mailboxes"
SHOWN = 200
NOTICES = {
    "blocked": "Nobody signs up with that any more.",
    "unblocked": "It may be used again.",
    "met": "This address is blocked.",
    "free": "No block of a mailbox meets this address.",
}
LASTS = {0: "For good", 24: "A day", 24 * 7: "A week", 24 * 30: "A month", 24 * 365: "A year"}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_BLOCKS)
async def domains() -> Response:
    """The blocks with who tried, and a form; once a domain is named, with the servers that take its mail."""
    return await _domains()


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_BLOCKS)
async def block_domain() -> Response:
    """Block a domain, with the mail servers that are ticked."""
    given = await visitor.read_form()
    hours = given.integer("hours", 0)
    draft = EmailDomainDraft(
        domain=given.text("domain", ""),
        with_approval=given.boolean("allow_with_approval", default=False),
        expires_at=clock.now() + timedelta(hours=hours) if hours in LASTS and hours else None,
        mail_servers=given.list("mail_servers")[:20],
    )
    try:
        await email_domain_blocks.add(await by(), draft)
    except Invalid as error:
        return await _domains(bad=error.public)
    return done_at(PATH, "blocked")


@blueprint.post(f"{PATH}/<block_id>/remove")
@staff_page(Permission.MANAGE_BLOCKS)
async def unblock_domain(block_id: str) -> Response:
    """Take a block back."""
    await visitor.read_form()
    await email_domain_blocks.remove(await by(), read_id(block_id))
    return done_at(PATH, "unblocked")


@blueprint.get(MAILBOXES)
@staff_page(Permission.MANAGE_BLOCKS)
async def mailboxes() -> Response:
    """Mailboxes that were shut out, by hash, and whether an address is one of them."""
    return await _mailboxes()


@blueprint.post(MAILBOXES)
@staff_page(Permission.MANAGE_BLOCKS)
async def change_mailboxes() -> Response:
    """Block an address, or ask whether it is blocked."""
    given = await visitor.read_form()
    email = given.text("email", "").strip()
    if given.text("do", "") == "test":
        found = await canonical_email_blocks.look_up(await by(), email)
        return done_at(MAILBOXES, "met" if found else "free")
    try:
        await canonical_email_blocks.add(await by(), email=email)
    except Invalid as error:
        return await _mailboxes(bad=error.public)
    return done_at(MAILBOXES, "blocked")


@blueprint.post(f"{MAILBOXES}/<block_id>/remove")
@staff_page(Permission.MANAGE_BLOCKS)
async def let_in(block_id: str) -> Response:
    """Take the block of a mailbox back."""
    await visitor.read_form()
    await canonical_email_blocks.remove(await by(), read_id(block_id))
    return done_at(MAILBOXES, "unblocked")


async def _domains(*, bad: str = "") -> Response:
    asked = request.args.get("domain", "").strip()
    servers: list[str] = []
    if asked:
        try:
            asked = named(asked)
        except Invalid:
            bad = f"{asked[:100]} is not the name of a domain."
        else:
            known = await ports.mail_servers().behind(asked)
            servers = [name for name in known if name != asked and read_address(name) is None]
    return await show_staff(
        "email_domains.html",
        title="E-mail domains",
        notices=NOTICES,
        bad=bad,
        blocks=await store.listing(request.args.get("q", "").strip()[:253]),
        q=request.args.get("q", ""),
        asked=asked,
        servers=servers,
        lasts=LASTS,
        now=clock.now(),
    )


async def _mailboxes(*, bad: str = "") -> Response:
    before = request.args.get("before", type=int)
    found = await mailbox_store.page(Cursor(limit=SHOWN, max_id=before))
    if before is not None and not found:
        raise NotFound
    return await show_staff(
        "mailboxes.html",
        title="Mailboxes",
        notices=NOTICES,
        bad=bad,
        blocks=found,
        before=found[-1].id if len(found) == SHOWN else None,
    )
