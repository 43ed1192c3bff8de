"""Browser sessions: logging in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from echo import clock, db
from echo.errors import Invalid
from echo.models import User
from echo.policy import passwords
from echo.policy.secret_texts import new_secret
from echo.store import auth, users

SESSION_DAYS = 30
WRONG = "That is not the right name and password"


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where a log-in comes from; shown to the person in the list of their sessions."""

    address: str = ""
    user_agent: str = ""


async def log_in(name: str, password: str, browser: Browser) -> str:
    """Check a password and open a session. What keeps the person from using the account is told by its pages.

    Shapes:  name: e-mail address, user name or handle
    Returns: the text of the session cookie, new each time
    Raises:  Invalid, the same and after the same time whether there is such a person or not
    """
    person = await users.find_by_login(name)
    verdict = await passwords.verify(password, person.password_hash if person else None)
    if person is None or not verdict.matches:
        raise Invalid(WRONG)
    async with db.unit_of_work():
        if verdict.new_hash:
            # Only if it was not changed meanwhile.
            await User.filter(id=person.user_id, password_hash=person.password_hash).update(
                password_hash=verdict.new_hash
            )
        return await open_session(person.user_id, browser)


async def open_session(user_id: int, browser: Browser) -> str:
    """A session for somebody who has just proved who they are: the text of its cookie."""
    text = new_secret()
    now = clock.now()
    async with db.unit_of_work():
        await auth.insert_session(
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
    """End the session with this cookie."""
    async with db.unit_of_work():
        await auth.delete_session(text)
