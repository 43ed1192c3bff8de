"""Letters about strikes and appeals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo import addresses, mail, settings
from echo.actions.appeals import APPEAL_WITHIN
from echo.db import Row
from echo.kinds_of_moderation import AppealState, StrikeKind
from echo.mail import Letter
from echo.policy.roles import Permission
from echo.runtime import Runtime
from echo.store import roles, strikes, users

# What happened, in a sentence to whom it happened to.
SENTENCES: dict[str, str] = {
    StrikeKind.NONE: "the moderators have a word for you.",
    StrikeKind.MARK_SENSITIVE: "the moderators marked some of your posts as sensitive.",
    StrikeKind.DELETE_POSTS: "the moderators deleted some of your posts.",
    StrikeKind.SENSITIVE: "from now on everything that you post counts as sensitive.",
    StrikeKind.DISABLE: "your log-in is frozen: your profile stays, and you cannot use it.",
    StrikeKind.SILENCE: "your account is limited: only those who follow you, or look for you, see what"
    " you post.",
    StrikeKind.SUSPEND: "your account is suspended: nobody sees it, you cannot use it, and in 30 days all its"
    " data are deleted.",
}


async def strike(runtime: Runtime, *, strike_id: int) -> None:
    """Tell somebody what was done to them, and that they may appeal."""
    row = (await strikes.rows([strike_id])).get(strike_id)
    person = None if row is None else await users.find(row["target_id"])
    if row is None or person is None:
        return
    instance = settings.here().instance
    letter = Letter(
        to=person.email,
        subject=f"About your account @{person.username}@{instance.domain}",
        paragraphs=("Hello,", SENTENCES[row["kind"]], *_quoted(row["text"])),
        action="Read it, and answer",
        link=_page(strike_id),
        after=(f"You can appeal within {APPEAL_WITHIN.days} days: another moderator may see it otherwise.",),
    )
    await mail.send(letter, runtime.data)


async def appeal(runtime: Runtime, *, strike_id: int) -> None:
    """Tell those who answer appeals that there is one."""
    row = (await strikes.rows([strike_id])).get(strike_id)
    if row is None or row["appeal_state"] != AppealState.PENDING:
        return
    handle = f"@{row['target_username']}"
    for moderator_id in await roles.who_may(Permission.MANAGE_APPEALS):
        moderator = await users.find(moderator_id)
        if moderator is not None:
            letter = Letter(
                to=moderator.email,
                subject=f"{handle} appeals against what was done",
                paragraphs=("Hello,", f"{handle} says:", *_quoted(row["appeal_text"])),
                action="See the appeal",
                link=f"{addresses.here().base}/admin/appeals",
            )
            await mail.send(letter, runtime.data)


async def appeal_answer(runtime: Runtime, *, strike_id: int) -> None:
    """Tell somebody what became of their appeal."""
    row = (await strikes.rows([strike_id])).get(strike_id)
    person = None if row is None else await users.find(row["target_id"])
    if row is None or person is None or row["appeal_state"] is None:
        return
    letter = Letter(
        to=person.email,
        subject=f"Your appeal on {settings.here().instance.title}",
        paragraphs=("Hello,", _answer(row)),
        action="Read it again",
        link=_page(strike_id),
    )
    await mail.send(letter, runtime.data)


def _answer(row: Row) -> str:
    if row["appeal_state"] == AppealState.REJECTED:
        return "the moderators read your appeal, and it stays as it is."
    if row["kind"] == StrikeKind.DELETE_POSTS:
        return "your appeal is granted. The posts cannot be brought back."
    return "your appeal is granted, and what was done is undone."


def _quoted(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("\n\n") if part.strip())


def _page(strike_id: int) -> str:
    return f"{addresses.here().base}/settings/strikes/{strike_id}"


JOBS: dict[str, Callable[..., Awaitable[None]]] = {
    "mail.strike": strike,
    "mail.appeal": appeal,
    "mail.appeal_answer": appeal_answer,
}
