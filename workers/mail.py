"""Letters that something asked for."""

from __future__ import annotations

import logging

from echo import addresses, mail, settings
from echo.actions import confirmations, password_changes, proof_codes, schedules
from echo.actions.links import LinkKind
from echo.kinds import LetterKind
from echo.mail import Letter
from echo.runtime import Runtime
from echo.store import schedules as schedule_store
from echo.store import users
from workers import security_letters

log = logging.getLogger(__name__)
# Of those who wait for a moderator, a letter tells of so many.
MOST_TOLD = 20


async def send(runtime: Runtime, *, user_id: int, template: str) -> None:
    """Write and send a letter. The one-time link in it is made here, so that no queue holds its secret."""
    letter = await _letter(user_id, template)
    if letter is not None:
        await mail.send(letter, runtime.data)


async def _letter(user_id: int, template: str) -> Letter | None:
    match template:
        case LinkKind.CONFIRM:
            to_and_secret = await confirmations.link_for(user_id)
            return None if to_and_secret is None else _confirm(*to_and_secret)
        case LinkKind.RESET:
            to_and_secret = await password_changes.link_for(user_id)
            return None if to_and_secret is None else _reset(*to_and_secret)
        case LetterKind.PROOF:
            to_and_code = await proof_codes.code_for(user_id)
            return None if to_and_code is None else _proof(*to_and_code)
        case schedules.LETTER:
            return await _unpublished(user_id)
        case LetterKind.APPROVED:
            return await _approved(user_id)
        case LetterKind.ARCHIVE:
            return await _archive(user_id)
        case LetterKind.WAITING:
            return await _waiting(user_id)
        case _ if security_letters.is_known(template):
            return await security_letters.letter(user_id, template)
        case _:
            log.error("no letter is called %r", template)
            return None


def _confirm(to: str, secret: str) -> Letter:
    instance = settings.here().instance
    return Letter(
        to=to,
        subject=f"Confirm your address for {instance.title}",
        paragraphs=(
            "Hello,",
            f"somebody, hopefully you, asked for an account on {instance.domain} with this address.",
        ),
        action="Confirm this address",
        link=f"{addresses.here().base}/confirm/{secret}",
        after=("The link works for two days. If it was not you, do nothing: no account can be used then.",),
    )


def _reset(to: str, secret: str) -> Letter:
    instance = settings.here().instance
    return Letter(
        to=to,
        subject=f"A new password for {instance.title}",
        paragraphs=("Hello,", f"somebody asked for a new password for your account on {instance.domain}."),
        action="Choose a new password",
        link=f"{addresses.here().base}/password/{secret}",
        after=("The link works for an hour, once. If it was not you, do nothing: your password stays.",),
    )


def _proof(to: str, code: str) -> Letter:
    instance = settings.here().instance
    return Letter(
        to=to,
        subject=f"A code for {instance.title}",
        paragraphs=(
            "Hello,",
            f"where a page of {instance.domain} asks for your password, this does as well:",
            code,
        ),
        action="Go on",
        link=f"{addresses.here().base}/settings/security",
        after=(
            "It works for 15 minutes, once. If you did not ask for it, somebody uses your account: log in and"
            " end your sessions. Give it to nobody.",
        ),
    )


async def _unpublished(user_id: int) -> Letter | None:
    """Which posts could not be published at their time, unless their author has seen to it meanwhile."""
    person, rows = await users.find(user_id), await schedule_store.failed(user_id)
    if person is None or not rows:
        return None
    instance = settings.here().instance
    # Not the text: it may be meant for few.
    posts = tuple(f"the one of {row['due_at']:%Y-%m-%d %H:%M} UTC: {row['failure']}" for row in rows[-10:])
    return Letter(
        to=person.email,
        subject=f"A scheduled post was not published on {instance.title}",
        paragraphs=("Hello,", "this could not be published when its time came:", *posts),
        action="Open the server",
        link=addresses.here().base,
        after=(
            "It is kept: your app shows it among the scheduled posts. Give it another time, or delete it.",
        ),
    )


async def _approved(user_id: int) -> Letter | None:
    person = await users.find(user_id)
    instance = settings.here().instance
    if person is None:
        return None
    return Letter(
        to=person.email,
        subject=f"Welcome to {instance.title}",
        paragraphs=("Hello,", f"your account @{person.username}@{instance.domain} can be used from now on."),
        action="Begin",
        link=f"{addresses.here().base}/account",
    )


async def _archive(user_id: int) -> Letter | None:
    """No address of the file: a letter may be read by others."""
    person = await users.find(user_id)
    instance = settings.here().instance
    if person is None:
        return None
    return Letter(
        to=person.email,
        subject=f"Your archive of {instance.title} is ready",
        paragraphs=("Hello,", f"everything that you have on {instance.domain} is in one file now."),
        action="Fetch it",
        link=f"{addresses.here().base}/settings/exports",
        after=("It can be fetched for seven days, by you alone.",),
    )


async def _waiting(moderator_id: int) -> Letter | None:
    """Nothing when somebody else was faster."""
    moderator, waiting = await users.find(moderator_id), await users.waiting(MOST_TOLD)
    instance = settings.here().instance
    if moderator is None or not waiting:
        return None
    return Letter(
        to=moderator.email,
        subject=f"Somebody would like to join {instance.title}",
        paragraphs=(
            "Hello,",
            f"these wait for your yes or no on {instance.domain}:",
            *(f"@{row['handle']}: {row['reason'] or 'no reason given'}" for row in waiting),
        ),
        action="Your account",
        link=f"{addresses.here().base}/account",
        after=("Answer in an app for moderators, or with echoctl accounts approve or reject.",),
    )


JOBS = {"mail.send": send}
