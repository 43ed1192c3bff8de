"""E-mail addresses are confirmed with a link, and new people approved by a moderator."""

from __future__ import annotations

from echo import clock, db
from echo.actions import approvals, entrance
from echo.actions.links import LinkKind, make_link
from echo.actions.logins import require_password
from echo.errors import FieldError, Forbidden, Gone, Invalid
from echo.events import MailAsked
from echo.kinds import LetterKind
from echo.models import User
from echo.policy import emails
from echo.store import auth, users


async def confirm(secret: str) -> User:
    """The link of a letter was followed: its address belongs to the person.

    Raises:  Gone when the link was used or is too old
    """
    now = clock.now()
    async with db.unit_of_work() as unit:
        link = await auth.use_link(LinkKind.CONFIRM, secret, now)
        user = None if link is None else await User.get_or_none(id=link.user_id)
        # A letter to an address that was changed since proves nothing about the new one.
        if link is None or user is None or link.email not in {user.email, user.unconfirmed_email}:
            raise Gone("This link has been used, or is too old")
        if link.email != user.email and await users.is_email_taken(link.email):
            raise Gone("This link has been used, or is too old")
        user.email, user.email_key = link.email, emails.key(link.email)
        user.unconfirmed_email = ""
        is_new = user.confirmed_at is None
        user.confirmed_at = user.confirmed_at or now
        await user.save(update_fields=["email", "email_key", "unconfirmed_email", "confirmed_at"])
        if is_new:
            await approvals.announce(unit, user)
    return user


async def resend_for_app(user_id: int, app_id: int | None, *, email: str = "") -> None:
    """An app asks for the letter again, for the person it signed up; optionally to another address.

    Raises:  Forbidden for any other app and for people who are confirmed; Invalid for an address that is bad
             or taken
    """
    new = emails.normal(email)
    # Looked at before the transaction: the DNS may be asked.
    problem = await _problem(new) if new else None
    async with db.unit_of_work() as unit:
        user = await User.get_or_none(id=user_id)
        if (
            user is None
            or user.confirmed_at is not None
            or app_id is None
            or user.created_by_app_id != app_id
        ):
            raise Forbidden
        if new and new != user.email:
            await _change_unconfirmed(user, new, problem)
        unit.emit(MailAsked(local=True, user_id=user_id, template=LinkKind.CONFIRM))


async def resend(user_id: int) -> None:
    """Somebody who is logged in asks for the letter again; nothing happens when they are confirmed."""
    async with db.unit_of_work() as unit:
        person = await users.find(user_id)
        if person is not None and (not person.is_confirmed or person.unconfirmed_email):
            unit.emit(MailAsked(local=True, user_id=user_id, template=LinkKind.CONFIRM))


async def ask_for_email(user_id: int, password: str, email: str) -> None:
    """Somebody who is logged in wants another address: it counts once the link in a letter to it is followed.
    The old one is written to at once.

    Raises:  Invalid for a wrong password, and for an address that is bad or taken
    """
    await require_password(user_id, password)
    new = emails.normal(email)
    problem = await _problem(new)
    async with db.unit_of_work() as unit:
        user = await User.get(id=user_id)
        if user.confirmed_at is None:
            await _change_unconfirmed(user, new, problem)
        else:
            await _check_email(new, problem)
            user.unconfirmed_email = new
            await user.save(update_fields=["unconfirmed_email"])
            unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.EMAIL_ASKED))
        unit.emit(MailAsked(local=True, user_id=user_id, template=LinkKind.CONFIRM))


async def link_for(user_id: int) -> tuple[str, str] | None:
    """What a confirmation letter needs: to whom, and the secret of a new link. None: nothing to confirm."""
    person = await users.find(user_id)
    if person is None or (person.is_confirmed and not person.unconfirmed_email):
        return None
    email = person.unconfirmed_email or person.email
    return email, await make_link(LinkKind.CONFIRM, user_id=user_id, email=email)


async def _change_unconfirmed(user: User, email: str, problem: FieldError | None) -> None:
    await _check_email(email, problem)
    user.email, user.email_key = email, emails.key(email)
    await user.save(update_fields=["email", "email_key"])


async def _problem(email: str) -> FieldError | None:
    return emails.problem(email) or await entrance.email_problem(email)


async def _check_email(email: str, problem: FieldError | None) -> None:
    if problem is not None:
        raise Invalid(f"Validation failed: E-mail {problem.description}", details={"email": [problem]})
    if await users.is_email_taken(email):
        taken = FieldError("ERR_TAKEN", "has already been taken")
        raise Invalid(f"Validation failed: E-mail {taken.description}", details={"email": [taken]})
