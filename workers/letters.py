"""Letters about notifications: single ones, and digests for those who have been away for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec

from echo import addresses, clock, mail, settings
from echo.db import Row
from echo.kinds import NotificationKind
from echo.mail import Letter
from echo.policy import letters as policy
from echo.policy.viewer import Viewer
from echo.render import notification
from echo.runtime import Runtime
from echo.store import letters, notifications
from echo.text.sanitize import to_text
from workers.later import Later

# Whoever reads it meanwhile needs no letter.
PATIENCE = timedelta(minutes=2)
TEXT_CHARACTERS = 1000
DIGEST_LINES = 10
_ACTIONS: dict[str, str] = {
    NotificationKind.FOLLOW: "See who it is",
    NotificationKind.FOLLOW_REQUEST: "See who it is",
    NotificationKind.SIGN_UP: "See who it is",
}


async def tell(runtime: Runtime, *, notification_id: int, account_id: int) -> None:
    """Write about one notification, unless it was read or taken back, or no letter is wanted any more."""
    row = await notifications.find(account_id, notification_id)
    if row is None or row["filtered"]:
        return
    early = PATIENCE - (clock.now() - row["created_at"])
    if early > timedelta(0):
        raise Later(seconds=early.total_seconds())
    reader = await letters.find_reader(account_id)
    if reader is None or not await letters.is_unread(account_id, notification_id):
        return
    wanted = policy.read(reader.settings)
    if row["kind"] not in wanted.kinds or not (reader.is_away or wanted.always):
        return
    rendered = await notification.many(Viewer(account_id), [row])
    if rendered:
        link = await _end_link(account_id, row["kind"])
        await mail.send(_letter(reader.email, row, msgspec.json.decode(rendered[0]), link), runtime.data)


async def digest(runtime: Runtime, *, user_id: int) -> None:
    """Write what happened since somebody was here."""
    reader, since = await letters.find_reader(user_id), await letters.digest_since(user_id)
    if reader is None or since is None or not policy.read(reader.settings).digest:
        return
    rows, count = await letters.told_since(user_id, since, limit=DIGEST_LINES)
    told = [msgspec.json.decode(one) for one in await notification.many(Viewer(user_id), rows)]
    if not told:
        return
    title = settings.here().instance.title
    lines = tuple(_line(one) for one in told)
    more = (f"… and {count - len(told)} more.",) if count > len(told) else ()
    letter = Letter(
        to=reader.email,
        subject=f"{count} {'thing' if count == 1 else 'things'} happened while you were away from {title}",
        paragraphs=("Hello,", f"since {since:%d %B} this happened:", *lines, *more),
        action=f"Open {title}",
        link=addresses.here().base,
        unsubscribe=await _end_link(user_id, policy.DIGEST),
    )
    await mail.send(letter, runtime.data)


def _letter(to: str, row: Row, told: dict[str, Any], unsubscribe: str) -> Letter:
    post = told.get("status")
    about = to_text(told["account"]["note"]) if post is None else _text_of(post)
    return Letter(
        to=to,
        subject=_title(told),
        paragraphs=("Hello,", f"{_title(told)}:", *([about] if about else [])),
        action=_ACTIONS.get(row["kind"], "Open the post"),
        link=told["account"]["url"] if post is None else post["url"],
        unsubscribe=unsubscribe,
    )


def _text_of(post: dict[str, Any]) -> str:
    """What a letter quotes of a post: its warning alone, where it has one."""
    text = f"CW: {post['spoiler_text']}" if post["spoiler_text"] else to_text(post["content"])
    return text if len(text) <= TEXT_CHARACTERS else text[: TEXT_CHARACTERS - 1] + "…"


def _title(told: dict[str, Any]) -> str:
    person = told["account"]
    name = " ".join(f"{person['display_name'] or person['username']} (@{person['acct']})".split())
    return notification.TEXTS[notification.KINDS[told["type"]]].format(name=name)


def _line(told: dict[str, Any]) -> str:
    post = told.get("status")
    text = " ".join(_text_of(post).split())[:140] if post else ""
    return f"{_title(told)}: {text}" if text else _title(told)


async def _end_link(user_id: int, what: str) -> str:
    ticket = policy.ticket(await letters.secret(), user_id, what)
    return f"{addresses.here().base}/unsubscribe/{ticket}"


JOBS: dict[str, Callable[..., Awaitable[None]]] = {"letters.tell": tell, "letters.digest": digest}
