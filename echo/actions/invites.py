"""Invitations: made by those whose role lets them, taken back by them or by those who look after all."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from echo import clock, db
from echo.actions import staff
from echo.actions.staff import Target
from echo.errors import FieldError, Forbidden, Invalid, NotFound
from echo.models import Invite, User
from echo.policy.deeds import Deed
from echo.policy.roles import REFUSED, Permission, Staff
from echo.store import accounts, invites, roles

# Letters and digits that nobody takes for others.
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_CHARACTERS, COMMENT_CHARACTERS = 10, 420
MOST_USES, MOST_OPEN = 10_000, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteDraft:
    """Shapes:  max_uses: None for any number; expires_at: None for never; autofollow: who comes follows the
    one who invited
    """

    max_uses: int | None = None
    expires_at: datetime | None = None
    autofollow: bool = False
    comment: str = ""


async def create(owner_id: int, draft: InviteDraft) -> Invite:
    """Make an invitation.

    Raises:  Forbidden for those whose role does not let them invite; Invalid, also for too many open ones
    """
    if draft.max_uses is not None and not 1 <= draft.max_uses <= MOST_USES:
        raise _invalid("max_uses", "Max uses", f"must be from 1 to {MOST_USES}")
    if len(draft.comment) > COMMENT_CHARACTERS:
        raise _invalid("comment", "Comment", f"is too long (maximum is {COMMENT_CHARACTERS} characters)")
    async with db.unit_of_work():
        # One after the other, so that the count holds.
        if await User.select_for_update().get_or_none(id=owner_id) is None:
            raise Forbidden(REFUSED)
        if not (await roles.seat(owner_id)).may(Permission.INVITE_USERS):
            raise Forbidden(REFUSED)
        now = clock.now()
        if await invites.count_of(owner_id, now) >= MOST_OPEN:
            raise Invalid("Validation failed: You have too many open invitations")
        return await Invite.create(
            code="".join(secrets.choice(_ALPHABET) for _ in range(CODE_CHARACTERS)),
            owner_id=owner_id,
            comment=draft.comment.strip(),
            max_uses=draft.max_uses,
            autofollow=draft.autofollow,
            expires_at=draft.expires_at,
            created_at=now,
        )


async def create_for(by: Staff, owner_id: int, draft: InviteDraft) -> Invite:
    """The same in the name of somebody here. Raises NotFound besides."""
    target = Target("account", owner_id, (await accounts.get(owner_id)).username)
    async with staff.acting(by, Deed.INVITE_CREATE, on=target):
        return await create(owner_id, draft)


async def end(owner_id: int, invite_id: int) -> None:
    """Take back an invitation of one's own; who came with it stays. Raises NotFound."""
    async with db.unit_of_work():
        if not await Invite.filter(id=invite_id, owner_id=owner_id).update(expires_at=clock.now()):
            raise NotFound


async def end_any(by: Staff, invite_id: int) -> None:
    """Take back anybody's. Raises Forbidden, NotFound."""
    known = await invites.find(invite_id)
    if known is None:
        raise NotFound
    async with staff.acting(by, Deed.INVITE_END, on=Target("invite", known.id, known.code)):
        known.expires_at = clock.now()
        await known.save(update_fields=["expires_at"])


async def end_all(by: Staff) -> int:
    """Take back all that are open. Returns how many. Raises Forbidden."""
    async with staff.acting(by, Deed.INVITE_END, on=Target("invite", "all", "all")):
        return await db.execute(
            "UPDATE invites SET expires_at = $1 WHERE expires_at IS NULL OR expires_at > $1", clock.now()
        )


def _invalid(field: str, label: str, words: str) -> Invalid:
    reason = FieldError("ERR_INVALID", words)
    return Invalid(f"Validation failed: {label} {words}", details={field: [reason]})
