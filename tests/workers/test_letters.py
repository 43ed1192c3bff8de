"""Letters about notifications: who gets one, when, with which way out; and digests, once each."""

from __future__ import annotations

import asyncio
import re
from email.message import EmailMessage
from typing import Any

import pytest

from echo import db
from echo.actions import letters as actions
from echo.actions import likes
from echo.actions.notify import tell_staff
from echo.kinds import Lane, NotificationKind, Role, Visibility
from echo.policy import letters as policy
from echo.policy.letters import Letters
from echo.policy.roles import Permission
from echo.runtime import Runtime
from echo.store import jobs as job_store
from echo.store import letters as store
from tests import make
from tests.make import Person
from tests.workers.test_mail import letters as written
from tests.workers.test_mail import text_of
from workers import jobs, letters


async def _away(person: Person, days: int = 2) -> None:
    await db.execute(
        "UPDATE users SET last_active_at = now() - $2 * interval '1 day' WHERE id = $1", person.id, days
    )


async def _work(runtime: Runtime, *, patiently: bool = True) -> list[EmailMessage]:
    """Write what is due, after the two minutes in which it may be read; all letters so far."""
    if patiently:
        await db.execute("UPDATE notifications SET created_at = created_at - interval '3 minutes'")
    while await jobs.drain_once(runtime, letters.JOBS, "test/1", Lane.OUTSIDE):
        pass
    return written(runtime.data / "mail")


async def _waiting(name: str) -> int:
    found = await db.fetch_value("SELECT count(*) FROM jobs WHERE name = $1", name)
    return int(found)


async def test_whoever_is_away_gets_a_letter(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await _away(alice)
    post = await make.post(bob, "@alice <tea>?")
    (letter,) = await _work(runtime)
    assert letter["To"] == "alice@example.org"
    assert letter["Subject"] == "bob (@bob) mentioned you"
    text = text_of(letter)
    assert "@alice <tea>?" in text
    assert post.url in text
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://echo\.test/unsubscribe/\S+>", letter["List-Unsubscribe"])
    assert letter["List-Unsubscribe"][1:-1] in text
    assert await _waiting("letters.tell") == 0


async def test_whoever_is_here_or_is_pushed_to_gets_none(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await make.post(bob, "@alice")
    assert await _waiting("letters.tell") == 0
    await _away(alice)
    await db.execute(
        "INSERT INTO push_subscriptions (token_id, user_id, endpoint, p256dh, auth, created_at)"
        " SELECT id, user_id, 'https://push.test/', '', '', now() FROM tokens WHERE user_id = $1",
        alice.id,
    )
    await make.post(bob, "@alice")
    assert await _waiting("letters.tell") == 0


async def test_always_is_also_while_one_is_here(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await actions.choose(alice.id, Letters(always=True))
    await make.post(bob, "@alice")
    assert len(await _work(runtime)) == 1


async def test_what_is_chosen_is_told(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    post = await make.post(alice)
    await _away(alice)
    await likes.like(bob.id, post.id)
    assert await _waiting("letters.tell") == 0, "likes are off by default"
    await actions.choose(alice.id, policy.chosen_from(["like"]))
    await make.post(bob, "@alice")
    await likes.unlike(bob.id, post.id)
    await likes.like(bob.id, post.id)
    (letter,) = await _work(runtime)
    assert letter["Subject"] == "bob (@bob) favourited your post"


async def test_moderators_are_written_to_about_new_people(runtime: Runtime) -> None:
    moderator, alice = await make.person(role=Role.MODERATOR), await make.person("alice")
    await _away(moderator)
    async with db.unit_of_work() as unit:
        await tell_staff(unit, Permission.MANAGE_USERS, NotificationKind.SIGN_UP, alice.id)
    (letter,) = await _work(runtime)
    assert letter["Subject"] == "alice (@alice) signed up"


async def test_nothing_is_written_within_two_minutes(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _away(alice)
    await make.post(bob, "@alice")
    assert await _work(runtime, patiently=False) == []
    assert await _waiting("letters.tell") == 1


@pytest.mark.parametrize("how", ["read", "deleted", "back", "unwanted", "disabled", "kept apart"])
async def test_what_is_of_no_use_any_more_is_not_written(runtime: Runtime, how: str) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _away(alice)
    private = Visibility.DIRECT if how == "kept apart" else Visibility.PUBLIC
    await make.post(bob, "@alice", visibility=private)
    number = await db.fetch_value("SELECT max(id) FROM notifications")
    statements: dict[str, Any] = {
        "read": "INSERT INTO markers (account_id, timeline, last_read_id, updated_at)"
        f" VALUES ($1, 'notifications', '{number}', now())",
        "deleted": "DELETE FROM notifications WHERE account_id = $1",
        "back": "UPDATE users SET last_active_at = now() WHERE id = $1",
        "disabled": "UPDATE users SET disabled_at = now() WHERE id = $1",
    }
    if how in statements:
        await db.execute(statements[how], alice.id)
    elif how == "unwanted":
        await actions.choose(alice.id, policy.chosen_from([]))
    assert await _work(runtime) == []
    assert await _waiting("letters.tell") == 0


async def test_a_warning_hides_the_text(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await _away(alice)
    await make.post(bob, "@alice the butler did it", spoiler="the end of a story")
    (letter,) = await _work(runtime)
    assert "CW: the end of a story" in text_of(letter)
    assert "butler" not in str(letter)


async def test_names_do_not_make_headers(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await _away(alice)
    await db.execute(
        "UPDATE accounts SET display_name = $2 WHERE id = $1", bob.id, "Bob\r\nBcc: x@evil.test\n\tx"
    )
    await make.post(bob, "@alice")
    (letter,) = await _work(runtime)
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Bob Bcc: x@evil.test x (@bob) mentioned you"


async def _wants_digest(days: int = 8) -> tuple[Person, Person]:
    alice, bob = await make.person("alice"), await make.person("bob")
    await actions.choose(alice.id, Letters(kinds=frozenset(), digest=True))
    await _away(alice, days)
    for number in range(12):
        await make.post(bob, f"@alice number {number}")
    return alice, bob


async def test_a_digest_tells_what_happened_once(runtime: Runtime) -> None:
    _, bob = await _wants_digest()
    assert sum(await asyncio.gather(*(actions.ask_for_digests() for _ in range(4)))) == 1
    assert await actions.ask_for_digests() == 0
    (letter,) = await _work(runtime)
    assert letter["Subject"] == "12 things happened while you were away from Echo test"
    text = text_of(letter)
    assert "bob (@bob) mentioned you: @alice number 11" in text
    assert "… and 2 more." in text
    assert "List-Unsubscribe" in letter
    assert len(await _work(runtime)) == 1
    # A week later only what is new is told.
    await db.execute("UPDATE digests SET sent_at = now() - interval '8 days'")
    await db.execute("UPDATE notifications SET created_at = created_at - interval '9 days'")
    assert await actions.ask_for_digests() == 0, "nothing new"
    await make.post(bob, "@alice again")
    assert await actions.ask_for_digests() == 1
    second = (await _work(runtime))[1]
    assert second["Subject"] == "1 thing happened while you were away from Echo test"


async def test_a_digest_survives_a_killed_worker(runtime: Runtime) -> None:
    await _wants_digest()
    await actions.ask_for_digests()
    assert "letters.digest" in {row["name"] for row in await job_store.claim("killed/1", 100, Lane.OUTSIDE)}
    assert await actions.ask_for_digests() == 0, "asked for once, whoever died"
    await job_store.release("killed/1")
    assert len(await _work(runtime)) == 1


@pytest.mark.parametrize("how", ["short", "unwanted", "nothing"])
async def test_who_gets_no_digest(runtime: Runtime, how: str) -> None:
    alice, _ = await _wants_digest(days=6 if how == "short" else 8)
    if how == "unwanted":
        await actions.choose(alice.id, Letters())
    if how == "nothing":
        await db.execute("DELETE FROM notifications")
    assert await actions.ask_for_digests() == 0


async def test_a_ticket_ends_one_kind_and_nothing_else() -> None:
    ticket = policy.ticket("secret", 5, "mention")
    assert policy.read_ticket("secret", ticket) == (5, "mention")
    user, what, seal = ticket.split(".")
    for forged in (
        f"6.{what}.{seal}",
        f"{user}.follow.{seal}",
        f"{user}.{what}.{seal[:-1]}0x",
        "",
        "..",
        "5.mention",
    ):
        assert policy.read_ticket("secret", forged) is None
    assert policy.read_ticket("other", ticket) is None
    assert policy.read_ticket("secret", policy.ticket("secret", 5, "password")) is None


async def test_unreadable_choices_count_as_none(runtime: Runtime) -> None:
    for settings in ({}, {"letters": 1}, {"letters": {"kinds": [], "always": "yes", "digest": None}}):
        assert policy.read(settings) == Letters()
    alice = await make.person("alice")
    await actions.choose(alice.id, Letters(digest=True).without("mention"))
    known = policy.read(await store.settings(alice.id))
    assert known.digest
    assert "mention" not in known.kinds
    assert runtime.config.database.url
