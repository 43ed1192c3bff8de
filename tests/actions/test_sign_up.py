"""Getting an account: sign-up in its modes, confirmation, the set-up link."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from echo import clock, db
from echo.actions import approvals, apps, auth, confirmations, links, sign_up
from echo.actions.links import LinkKind
from echo.errors import Forbidden, Gone, Invalid, NotFound
from echo.kinds import NotificationKind, Role
from echo.models import Account, AccountStats, Notification, User
from echo.policy.roles import Staff
from echo.runtime import Runtime
from echo.store import accounts, signing_keys, users
from tests.actions import people


async def jobs() -> list[tuple[str, dict[str, object]]]:
    """What is to be done, in the order it was asked for."""
    return [
        (row["name"], msgspec.json.decode(row["arguments"]))
        for row in await db.fetch("SELECT name, arguments FROM jobs ORDER BY id")
    ]


async def test_sign_up_makes_everything_an_account_needs(open_server: Runtime) -> None:
    user = await sign_up.sign_up(people.draft("Alice", email="Alice@Mail.TEST", locale="pt-BR"))
    account = await accounts.get(user.id)
    assert (account.username, account.domain, account.host) == ("alice", "", "")
    assert account.uri == f"https://echo.test/ap/actors/{account.id}"
    assert "alice" not in account.uri + account.inbox + account.followers_uri
    assert account.url == "https://echo.test/@alice"
    assert account.inbox == f"{account.uri}/inbox"
    key = load_pem_private_key((await signing_keys.private_key(user.id)).private_pem.encode(), None)
    assert key.key_size == 2048  # type: ignore[union-attr]
    assert await AccountStats.exists(account_id=account.id)
    assert (user.email, user.email_key) == ("Alice@mail.test", "alice@mail.test")
    assert (user.role_id, user.locale) == (Role.USER, "pt-BR")
    assert user.confirmed_at is None
    assert user.approved_at is not None
    assert await jobs() == [("mail.send", {"user_id": user.id, "template": "confirm"})]


async def test_without_confirmation_the_account_can_be_used_at_once(open_server: Runtime) -> None:
    people.configure(open_server, registrations={"mode": "open", "confirm_email": False})
    user = await sign_up.sign_up(people.draft())
    assert user.confirmed_at is not None
    assert await jobs() == []


@pytest.mark.parametrize("mode", ["closed", "invite"])
async def test_nobody_signs_up_while_registrations_are_closed(open_server: Runtime, mode: str) -> None:
    people.configure(open_server, registrations={"mode": mode})
    with pytest.raises(Forbidden):
        await sign_up.sign_up(people.draft())


async def test_with_approval_a_reason_is_asked_for_and_a_moderator_decides(open_server: Runtime) -> None:
    people.configure(open_server, registrations={"mode": "approval", "confirm_email": False})
    with pytest.raises(Invalid, match="Reason can't be blank"):
        await sign_up.sign_up(people.draft(reason=" "))
    user = await sign_up.sign_up(people.draft(reason="Friends are here"))
    assert user.approved_at is None
    await approvals.approve(Staff.shell(), user.id)
    assert (await User.get(id=user.id)).approved_at is not None
    people.configure(open_server, registrations={"mode": "approval", "reason_required": False})
    await sign_up.sign_up(people.draft())


async def test_every_reason_is_told_by_field(open_server: Runtime) -> None:
    with pytest.raises(Invalid) as error:
        await sign_up.sign_up(people.draft("a b", email="x", password="short", agreement=False))
    details = error.value.details
    assert details is not None
    assert {field: [reason.code for reason in reasons] for field, reasons in details.items()} == {
        "username": ["ERR_INVALID"],
        "email": ["ERR_INVALID"],
        "password": ["ERR_TOO_SHORT"],
        "agreement": ["ERR_ACCEPTED"],
    }
    assert error.value.public.startswith("Validation failed: Username must contain only letters")


async def test_names_and_addresses_are_taken_in_any_case(open_server: Runtime) -> None:
    await sign_up.sign_up(people.draft("alice"))
    with pytest.raises(Invalid) as error:
        await sign_up.sign_up(people.draft("ALICE", email="ALICE@mail.test"))
    assert set(error.value.details or ()) == {"username", "email"}


async def test_of_many_who_want_a_name_at_once_one_gets_it(open_server: Runtime) -> None:
    drafts = [people.draft("alice", email=f"a{n}@mail.test") for n in range(6)]
    results = await asyncio.gather(*map(sign_up.sign_up, drafts), return_exceptions=True)
    assert sum(isinstance(result, User) for result in results) == 1
    refused = [result for result in results if isinstance(result, Invalid)]
    assert len(refused) == 5
    assert all("username" in (error.details or {}) for error in refused)
    one_address = [people.draft(email="same@mail.test") for _ in range(4)]
    results = await asyncio.gather(*map(sign_up.sign_up, one_address), return_exceptions=True)
    assert sum(isinstance(result, User) for result in results) == 1
    assert all("email" in (error.details or {}) for error in results if isinstance(error, Invalid))
    assert await Account.all().count() == await User.all().count() == 2


async def test_reserved_names_are_for_the_operator(open_server: Runtime) -> None:
    with pytest.raises(Invalid):
        await sign_up.sign_up(people.draft("admin"))
    user = await sign_up.create_local(people.draft("admin", agreement=False), role=Role.ADMIN)
    assert user.role_id == Role.ADMIN
    assert user.confirmed_at is not None


async def test_a_confirmation_link_works_once(open_server: Runtime) -> None:
    user = await people.person(confirmed=False)
    to, secret = await confirmations.link_for(user.id) or ("", "")
    assert to == user.email
    assert (await confirmations.confirm(secret)).id == user.id
    assert (await User.get(id=user.id)).confirmed_at is not None
    with pytest.raises(Gone):
        await confirmations.confirm(secret)
    assert await confirmations.link_for(user.id) is None


async def test_a_confirmation_link_is_too_old_after_two_days_and_a_new_one_ends_the_old(
    runtime: Runtime,
) -> None:
    user = await people.person(confirmed=False)
    _, first = await confirmations.link_for(user.id) or ("", "")
    _, second = await confirmations.link_for(user.id) or ("", "")
    with pytest.raises(Gone):
        await confirmations.confirm(first)
    clock.shift(timedelta(days=2, seconds=1))
    try:
        with pytest.raises(Gone):
            await confirmations.confirm(second)
    finally:
        clock.shift(timedelta())


async def test_an_old_letter_does_not_confirm_a_new_address(open_server: Runtime) -> None:
    app = await apps.register_app(apps.AppDraft(name="App", redirect_uris=(people.REDIRECT,)))
    user = await sign_up.sign_up(people.draft(app_id=app.client.app_id))
    _, secret = await confirmations.link_for(user.id) or ("", "")
    await confirmations.resend_for_app(user.id, app.client.app_id, email="new@mail.test")
    with pytest.raises(Gone):
        await confirmations.confirm(secret)
    to, secret = await confirmations.link_for(user.id) or ("", "")
    assert to == "new@mail.test"
    await confirmations.confirm(secret)


async def test_only_the_app_that_signed_somebody_up_may_ask_again(open_server: Runtime) -> None:
    mine = (await apps.register_app(apps.AppDraft(name="App", redirect_uris=(people.REDIRECT,)))).client
    other = await people.app()
    user = await sign_up.sign_up(people.draft(app_id=mine.app_id))
    for app_id in (other.app_id, None):
        with pytest.raises(Forbidden):
            await confirmations.resend_for_app(user.id, app_id)
    with pytest.raises(Invalid):
        await confirmations.resend_for_app(user.id, mine.app_id, email="a%b@mail.test")
    await confirmations.resend_for_app(user.id, mine.app_id)
    assert len(await jobs()) == 2
    _, secret = await confirmations.link_for(user.id) or ("", "")
    await confirmations.confirm(secret)
    with pytest.raises(Forbidden):
        await confirmations.resend_for_app(user.id, mine.app_id)


async def test_the_set_up_link_makes_one_owner(open_server: Runtime) -> None:
    secret = await links.make_link(LinkKind.SETUP)
    with pytest.raises(Invalid):
        await sign_up.set_up(secret, people.draft("admin", password="short"))
    results = await asyncio.gather(
        *(sign_up.set_up(secret, people.draft(f"admin{n}")) for n in range(4)), return_exceptions=True
    )
    owners = [result for result in results if isinstance(result, User)]
    assert [owner.role_id for owner in owners] == [Role.OWNER]
    assert owners[0].confirmed_at is not None
    assert sum(isinstance(result, Gone) for result in results) == 3
    assert await users.has_owner()


async def test_a_set_up_link_is_worth_nothing_once_there_is_an_owner(open_server: Runtime) -> None:
    secret = await links.make_link(LinkKind.SETUP)
    assert await sign_up.may_set_up(secret)
    await people.person(role=Role.OWNER)
    assert not await sign_up.may_set_up(secret)
    with pytest.raises(Gone):
        await sign_up.set_up(secret, people.draft())


async def test_links_of_one_kind_do_not_open_another(open_server: Runtime) -> None:
    user = await people.person(confirmed=False)
    _, secret = await confirmations.link_for(user.id) or ("", "")
    assert not await sign_up.may_set_up(secret)
    with pytest.raises(Gone):
        await sign_up.set_up(secret, people.draft())


async def test_a_bad_locale_is_english(open_server: Runtime) -> None:
    user = await sign_up.sign_up(replace(people.draft(), locale="<script>"))
    assert user.locale == "en"


async def test_moderators_are_told_who_came_and_say_yes_or_no(open_server: Runtime) -> None:
    boss = await people.person("boss", role=Role.OWNER)
    mod = await people.person("helper", role=Role.MODERATOR)
    people.configure(open_server, registrations={"mode": "approval"})
    user = await sign_up.sign_up(people.draft("newcomer", reason="Friends are here"))
    assert await Notification.all().count() == 0, "anybody can type in an address of others"
    _, secret = await confirmations.link_for(user.id) or ("", "")
    await confirmations.confirm(secret)
    told = await Notification.filter(kind=NotificationKind.SIGN_UP.value, from_id=user.id)
    assert {n.account_id for n in told} == {boss.id, mod.id}
    asked = [job for _, job in await jobs() if job.get("template") == "waiting"]
    assert {job["user_id"] for job in asked} == {boss.id, mod.id}
    waiting = await users.waiting(10)
    assert [(row["handle"], row["reason"]) for row in waiting if row["reason"]] == [
        ("newcomer", "Friends are here")
    ]
    await approvals.approve(Staff.shell(), user.id)
    assert [job["user_id"] for _, job in await jobs() if job.get("template") == "approved"] == [user.id]
    with pytest.raises(NotFound):
        await approvals.approve(Staff.shell(), user.id)
    with pytest.raises(NotFound):
        await approvals.reject(Staff.shell(), user.id)


async def test_who_is_rejected_was_never_here(open_server: Runtime) -> None:
    people.configure(open_server, registrations={"mode": "approval", "confirm_email": False})
    user = await sign_up.sign_up(people.draft("newcomer", reason="x"))
    token = await auth.create_token_for(user.id, ("read",))
    await approvals.reject(Staff.shell(), user.id)
    assert await Account.all().count() == await User.all().count() == 0
    assert await people.load_token(token.text) is None
    assert (await sign_up.sign_up(people.draft("newcomer", reason="again"))).id != user.id


async def test_in_the_open_moderators_are_told_and_asked_nothing(open_server: Runtime) -> None:
    boss = await people.person("boss", role=Role.OWNER)
    people.configure(open_server, registrations={"confirm_email": False})
    user = await sign_up.sign_up(people.draft())
    told = await Notification.get()
    assert (told.account_id, told.from_id, told.kind) == (boss.id, user.id, "sign_up")
    assert await jobs() == []


async def test_another_address_that_is_taken_is_refused(open_server: Runtime) -> None:
    app = (await apps.register_app(apps.AppDraft(name="App", redirect_uris=(people.REDIRECT,)))).client
    await people.person("bob")
    user = await sign_up.sign_up(people.draft(app_id=app.app_id))
    with pytest.raises(Invalid) as error:
        await confirmations.resend_for_app(user.id, app.app_id, email="bob@mail.test")
    assert error.value.details is not None
    assert error.value.details["email"][0].code == "ERR_TAKEN"
    assert (await User.get(id=user.id)).email == user.email
