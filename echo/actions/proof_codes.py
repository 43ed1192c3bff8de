"""A code by letter, for those who log in with another service and may have no password to show here.

It stands in for the password once (`echo.actions.logins.require_password`), and opens no more than a letter
for a forgotten password does.
"""

from __future__ import annotations

from echo import db
from echo.actions.links import LinkKind, make_link
from echo.errors import Forbidden
from echo.events import MailAsked
from echo.kinds import LetterKind
from echo.store import identities, users


async def may_ask(user_id: int) -> bool:
    """Whether somebody enters from elsewhere."""
    return bool(await identities.of_person(user_id))


async def ask(user_id: int) -> None:
    """Have a code sent. Raises Forbidden for those who enter with nothing but their password."""
    async with db.unit_of_work() as unit:
        if not await may_ask(user_id):
            raise Forbidden
        unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.PROOF))


async def code_for(user_id: int) -> tuple[str, str] | None:
    """What the letter needs: to whom, and a new code. None: there is nobody who would need one."""
    person = await users.find(user_id)
    if person is None or not await may_ask(user_id):
        return None
    return person.email, await make_link(LinkKind.PROOF, user_id=user_id, email=person.email)
