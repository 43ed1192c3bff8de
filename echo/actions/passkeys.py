"""Passkeys: made, named, removed, and shown: as a second factor, or instead of a password."""

from __future__ import annotations

from echo import clock, db, settings
from echo.actions import second_factors
from echo.actions.links import LinkKind, make_link
from echo.actions.logins import require_password
from echo.addresses import here
from echo.errors import Invalid, NotFound
from echo.events import MailAsked
from echo.kinds import LetterKind
from echo.policy import passkeys as policy
from echo.policy.passkeys import REFUSED, Place
from echo.store import auth, passkeys
from echo.store import second_factors as factors

MOST_KEYS = 20
NAME_CHARACTERS = 64
STALE = "That took too long, try again"


async def ask_for_new(user_id: int, username: str, password: str) -> bytes:
    """What the browser is asked to make a key, as JSON.

    Raises:  Invalid for a wrong password, or when there are many keys already
    """
    await require_password(user_id, password)
    known = [row["credential_id"] for row in await passkeys.of_person(user_id)]
    if len(known) >= MOST_KEYS:
        raise Invalid("You have many passkeys: remove one first")
    challenge = await make_link(LinkKind.PASSKEY, user_id=user_id)
    return policy.question_for_new(
        _place(),
        challenge,
        title=settings.here().instance.title,
        user_id=user_id,
        username=f"{username}@{here().domain}",
        known=known,
    )


async def add(user_id: int, name: str, answer: str) -> list[str]:
    """Keep a key that the browser of somebody has made.

    Shapes:  answer: JSON of the browser
    Returns: first codes for paper, told this once; none where there are some
    Raises:  Invalid
    """
    challenge = policy.challenge_of(answer)
    now = clock.now()
    async with db.unit_of_work() as unit:
        link = await auth.use_link(LinkKind.PASSKEY, challenge, now)
        if link is None or link.user_id != user_id:
            raise Invalid(STALE)
        await factors.lock(user_id, now)
        key = policy.check_new(_place(), answer, challenge)
        if not await passkeys.insert(user_id, key, _name(name), now):
            raise Invalid("This passkey is known already")
        unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.PASSKEY_ADDED))
        return await second_factors.first_codes(user_id)


async def rename(user_id: int, passkey_id: int, name: str) -> None:
    """Call a key otherwise. Raises NotFound for one of somebody else."""
    async with db.unit_of_work():
        if not await passkeys.rename(user_id, passkey_id, _name(name)):
            raise NotFound


async def remove(user_id: int, passkey_id: int, password: str) -> None:
    """Take a key no more.

    Raises:  NotFound for one of somebody else; Invalid for a wrong password
    """
    if passkey_id not in {row["id"] for row in await passkeys.of_person(user_id)}:
        raise NotFound
    await require_password(user_id, password)
    async with db.unit_of_work() as unit:
        await factors.lock(user_id, clock.now())
        if await passkeys.delete(user_id, passkey_id):
            await second_factors.forget_codes_if_off(user_id)
            unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.PASSKEY_REMOVED))


async def ask(user_id: int | None) -> bytes:
    """What the browser is asked to show a key, as JSON.

    Shapes:  user_id: who has shown a password; None: nobody has, and any key will do
    """
    known = [] if user_id is None else [row["credential_id"] for row in await passkeys.of_person(user_id)]
    challenge = await make_link(LinkKind.PASSKEY, user_id=user_id)
    return policy.question(_place(), challenge, known=known, alone=user_id is None)


async def check(user_id: int | None, answer: str) -> int:
    """Whose key the browser has shown.

    Shapes:  user_id: who has shown a password; None: nobody has
    Raises:  Invalid
    """
    challenge, now = policy.challenge_of(answer), clock.now()
    async with db.unit_of_work():
        link = await auth.use_link(LinkKind.PASSKEY, challenge, now)
        if link is None or link.user_id != user_id:
            raise Invalid(STALE)
        key = await passkeys.lock(policy.credential_of(answer))
        if key is None or user_id not in (None, key["user_id"]):
            raise Invalid(REFUSED)
        count = policy.check(
            _place(),
            answer,
            challenge,
            public_key=key["public_key"],
            sign_count=key["sign_count"],
            alone=user_id is None,
        )
        await passkeys.note_use(key["id"], count, now)
    found: int = key["user_id"]
    return found


def _place() -> Place:
    return policy.place_of(settings.here().base_url)


def _name(text: str) -> str:
    return " ".join(text.split())[:NAME_CHARACTERS] or "Passkey"
