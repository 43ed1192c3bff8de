"""Invitations of one's own, and what a link of one says to an app."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import clock
from echo.actions import invites as actions
from echo.actions.invites import InviteDraft
from echo.errors import FieldError, Invalid
from echo.http.access import account_id, needs
from echo.http.params import Params
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import empty, entity
from echo.render import gates
from echo.store import invites
from echo.store.cursor import Cursor

blueprint = Blueprint("invites", __name__)
_BASE = "/api/v1/echo/invites"


@blueprint.get(_BASE)
@needs("read:accounts")
async def listing() -> Response:
    """Invitations of one's own, the newest first."""
    cursor = cursor_of(await params(), default=40, maximum=100)
    rows = await invites.page(cursor, owner_id=account_id(), at=clock.now())
    response = entity([gates.invite(row) for row in rows])
    if rows:
        link = page_link(rows[0]["id"], rows[-1]["id"], with_next=len(rows) >= cursor.limit)
        response.headers["Link"] = link or ""
    return response


@blueprint.post(_BASE)
@needs("write:accounts")
async def create() -> Response:
    """Make an invitation, if one's role allows that."""
    made = await actions.create(account_id(), read_draft(await params()))
    rows = await invites.page(Cursor(limit=1, max_id=made.id + 1), owner_id=account_id(), at=clock.now())
    return entity(gates.invite(rows[0]))


@blueprint.delete(f"{_BASE}/<invite_id>")
@needs("write:accounts")
async def end(invite_id: str) -> Response:
    """Take an invitation back; who came with it stays."""
    await actions.end(account_id(), read_id(invite_id))
    return empty()


def read_draft(given: Params) -> InviteDraft:
    """An invitation as it was sent: `max_uses`, `expires_in` in seconds, `autofollow`, `comment`.

    Raises:  Invalid
    """
    seconds = _number(given, "expires_in", "Expires in")
    return InviteDraft(
        max_uses=_number(given, "max_uses", "Max uses"),
        expires_at=clock.after(seconds) if seconds else None,
        autofollow=given.boolean("autofollow", default=False),
        comment=given.text("comment", ""),
    )


def _number(given: Params, name: str, label: str) -> int | None:
    """A bound, None for none: what cannot be read does not let in more people, or for longer, than meant."""
    number = given.integer(name)
    if (number is None and given.text(name, "").strip()) or (number is not None and number < 0):
        reason = FieldError("ERR_INVALID", "must be a number from 0 on")
        raise Invalid(f"Validation failed: {label} {reason.description}", details={name: [reason]})
    return number
