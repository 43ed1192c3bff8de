"""New passwords. Whatever the old one opened is closed."""

from __future__ import annotations

from echo import clock, db
from echo.actions.auth import end_all_access
from echo.actions.links import LinkKind, make_link
from echo.actions.logins import Browser, open_session, require_password
from echo.actions.staff import Target, acting
from echo.errors import Gone, Invalid
from echo.events import MailAsked
from echo.models import User
from echo.policy import passwords
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, auth, users


async def request_password_reset(email: str) -> None:
    """Somebody forgot their password. Whether there is such a person is not told, nor to be measured."""
    async with db.unit_of_work() as unit:
        person = await users.find_by_email(email)
        unit.emit(MailAsked(local=True, user_id=person.user_id if person else 0, template=LinkKind.RESET))


async def link_for(user_id: int) -> tuple[str, str] | None:
    """What a reset letter needs: to whom, and the secret of a new link. None: there is nobody."""
    person = await users.find(user_id)
    if person is None:
        return None
    return person.email, await make_link(LinkKind.RESET, user_id=user_id, email=person.email)


async def reset_password(secret: str, password: str) -> int:
    """Set a new password with a link from a letter; ends every session, token and link.

    Returns: the person's id
    Raises:  Gone when the link was used or is too old; Invalid for a bad password, and the link still works
    """
    _require_good(password)
    if not await auth.is_link_open(LinkKind.RESET, secret):
        raise Gone("This link has been used, or is too old")
    hashed = await passwords.hash_password(password)
    async with db.unit_of_work():
        link = await auth.use_link(LinkKind.RESET, secret, clock.now())
        person = None if link is None or link.user_id is None else await users.find(link.user_id)
        if link is None or person is None or person.email != link.email:
            raise Gone("This link has been used, or is too old")
        await _replace(person.user_id, hashed)
        # The letter reached them, so the address is theirs.
        await User.filter(id=person.user_id, confirmed_at=None).update(confirmed_at=clock.now())
    return person.user_id


async def change_password(user_id: int, old: str, new: str, browser: Browser) -> str:
    """Somebody who is logged in sets a new password; ends every other session, token and link.

    Returns: the cookie of a new session for this browser
    Raises:  Invalid for a wrong old or a bad new password
    """
    await require_password(user_id, old)
    _require_good(new)
    hashed = await passwords.hash_password(new)
    async with db.unit_of_work():
        await _replace(user_id, hashed)
        return await open_session(user_id, browser)


async def set_password(by: Staff, user_id: int, password: str) -> None:
    """An operator sets a password; ends every session, token and link.

    Raises:  Invalid for a bad password; NotFound, Forbidden
    """
    _require_good(password)
    target = Target("account", user_id, (await accounts.get(user_id)).username)
    hashed = await passwords.hash_password(password)
    async with acting(by, Deed.USER_PASSWORD, on=target):
        await _replace(user_id, hashed)


async def _replace(user_id: int, password_hash: str) -> None:
    await User.filter(id=user_id).update(password_hash=password_hash)
    await auth.delete_links(LinkKind.RESET, user_id)
    await end_all_access(user_id)


def _require_good(password: str) -> None:
    problem = passwords.problem(password)
    if problem is not None:
        raise Invalid(f"Validation failed: Password {problem.description}", details={"password": [problem]})
