"""Browser sessions: logging in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from echo import clock, db
from echo.actions import sessions
from echo.actions.links import LinkKind, make_link
from echo.errors import Gone, Invalid
from echo.models import User
from echo.policy import passwords
from echo.policy.secret_texts import new_secret
from echo.store import auth, second_factors, users
from echo.store import sessions as session_store

SESSION_DAYS = 30
WRONG = "That is not the right name and password"
TOO_LATE = "That took too long: log in again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where a log-in comes from; shown to the person in the list of their sessions."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """What a right password opens: a session, or, where a second factor is wanted, the way to show it.

    Shapes:  session: the text of the session cookie; ticket: for `finish`; one of them is empty
    """

    session: str = ""
    ticket: str = ""


async def log_in(name: str, password: str, browser: Browser) -> Entrance:
    """Check a password and open a session. What keeps the person from using the account is told by its pages.

    Shapes:  name: e-mail address, user name or handle
    Returns: new secrets each time
    Raises:  Invalid, the same and after the same time whether there is such a person or not
    """
    # Again when the password was changed while it was looked at: then the new one counts, as for all others.
    for _ in range(2):
        person = await users.find_by_login(name)
        verdict = await passwords.verify(password, person.password_hash if person else None)
        if person is None or not verdict.matches:
            break
        async with db.unit_of_work():
            if not await users.hold_password(person.user_id, person.password_hash):
                continue
            if verdict.new_hash:
                await User.filter(id=person.user_id).update(password_hash=verdict.new_hash)
            return await enter(person.user_id, browser)
    raise Invalid(WRONG)


async def enter(user_id: int, browser: Browser) -> Entrance:
    """Somebody has proved who they are with one thing: let them in, unless they want to be asked for two."""
    async with db.unit_of_work():
        if (await second_factors.of_person(user_id)).is_on:
            return Entrance(ticket=await make_link(LinkKind.HALF, user_id=user_id))
        return Entrance(session=await open_session(user_id, browser))


async def half_way(ticket: str) -> int | None:
    """Whose log-in waits for the second factor with this ticket; None when it is none, or too old."""
    link = await auth.find_link(LinkKind.HALF, ticket)
    return None if link is None else link.user_id


async def finish(ticket: str, browser: Browser) -> str:
    """The second factor was shown: the text of the session cookie.

    Raises:  Gone when the ticket was used, is too old, or the password was changed meanwhile
    """
    async with db.unit_of_work():
        link = await auth.use_link(LinkKind.HALF, ticket, clock.now())
        if link is None or link.user_id is None:
            raise Gone(TOO_LATE)
        return await open_session(link.user_id, browser)


async def require_password(user_id: int, password: str) -> None:
    """Somebody who is logged in shows again that it is them: their password, or a code from a letter.

    Raises:  Invalid for a wrong one
    """
    person = await users.find(user_id)
    verdict = await passwords.verify(password, person.password_hash if person else None)
    if verdict.matches:
        return
    if person is None or not await _use_code(person, password.strip()):
        raise Invalid("That is not your password")


async def _use_code(person: users.Credentials, code: str) -> bool:
    """Each code counts once, and only while letters still go where it was sent."""
    link = await auth.find_link(LinkKind.PROOF, code)
    if link is None or (link.user_id, link.email) != (person.user_id, person.email):
        return False
    async with db.unit_of_work():
        return await auth.use_link(LinkKind.PROOF, code, clock.now()) is not None


async def open_session(user_id: int, browser: Browser) -> str:
    """A session for somebody who has just proved who they are: the text of its cookie."""
    text = new_secret()
    now = clock.now()
    async with db.unit_of_work():
        await session_store.insert(
            text,
            user_id=user_id,
            csrf=new_secret(),
            address=browser.address,
            user_agent=browser.user_agent,
            at=now,
            expires_at=now + timedelta(days=SESSION_DAYS),
        )
    return text


async def log_out(text: str) -> None:
    """End the session with this cookie, and what its pages hold."""
    async with db.unit_of_work() as unit:
        session_id = await session_store.delete_by_text(text)
        if session_id is not None:
            await sessions.end_tokens(unit, [session_id])
