"""One-time links: a secret that is told once, kept as a digest, and works once."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from echo import clock, db
from echo.policy.secret_texts import new_secret
from echo.store import auth


class LinkKind(StrEnum):
    SETUP = "setup"  # makes the first owner
    CONFIRM = "confirm"  # an e-mail address
    RESET = "reset"  # a forgotten password
    HALF = "half"  # of a browser whose person has not shown the second factor yet
    PASSKEY = "passkey"  # what a passkey has to sign
    PROOF = "proof"  # in place of the password, for those who enter from elsewhere
    ELSEWHERE = "elsewhere"  # of a browser that is at another service to log in


LIFETIMES = {
    LinkKind.SETUP: timedelta(days=7),
    LinkKind.CONFIRM: timedelta(days=2),
    LinkKind.RESET: timedelta(hours=1),
    LinkKind.HALF: timedelta(minutes=5),
    LinkKind.PASSKEY: timedelta(minutes=5),
    LinkKind.PROOF: timedelta(minutes=15),
    LinkKind.ELSEWHERE: timedelta(minutes=10),
}
# Of these somebody may have several at once: one in each browser.
MANY = frozenset({LinkKind.HALF, LinkKind.PASSKEY, LinkKind.ELSEWHERE})


async def make_link(kind: LinkKind, *, user_id: int | None = None, email: str = "") -> str:
    """A new link of this kind; its older ones (of this person) stop working, but for those in `MANY`.

    Returns: the secret in it
    """
    secret = new_secret()
    now = clock.now()
    async with db.unit_of_work():
        if kind not in MANY:
            await auth.delete_links(kind, user_id)
        await auth.insert_link(
            secret, kind=kind, user_id=user_id, email=email, at=now, expires_at=now + LIFETIMES[kind]
        )
    return secret
