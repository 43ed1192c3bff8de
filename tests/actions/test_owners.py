"""The last owner of a server neither goes nor is sent away: nobody could do everything with it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from quart import Quart

from echo import clock
from echo.actions import accounts, moderation, moves, restraints, roles, strikes
from echo.actions.owners import LAST
from echo.actions.strikes import StrikeDraft
from echo.errors import Invalid
from echo.kinds import Role
from echo.kinds_of_moderation import StrikeKind
from echo.models import Account, AuditRow, Strike, User
from echo.policy.roles import Staff
from echo.store.roles import has_other_owner
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser

pytestmark = pytest.mark.usefixtures("runtime")
SHELL = Staff.shell()
Way = Callable[[int], Awaitable[object]]


async def move_away(owner: int) -> None:
    """Go on as another account, which is no owner's."""
    new = await people.person()
    await moves.add_alias(new.id, (await Account.get(id=owner)).username)
    await moves.move(owner, PASSWORD, (await Account.get(id=new.id)).username)


WAYS: dict[str, Way] = {
    "leaves": lambda owner: accounts.delete_oneself(owner, PASSWORD),
    "moves away": move_away,
    "is deleted": lambda owner: restraints.delete_now(SHELL, owner, also_active=True),
    "is suspended": lambda owner: moderation.suspend(SHELL, owner, is_suspended=True),
    "is frozen": lambda owner: moderation.change_user(SHELL, owner, is_enabled=False),
    "gets a strike that suspends": lambda owner: strikes.give(
        SHELL, owner, StrikeDraft(kind=StrikeKind.SUSPEND)
    ),
    "gets a strike that freezes": lambda owner: strikes.give(
        SHELL, owner, StrikeDraft(kind=StrikeKind.DISABLE)
    ),
    "becomes a memorial": lambda owner: moderation.remember(SHELL, owner, is_memorial=True),
    "gets another role": lambda owner: roles.give(SHELL, owner, Role.ADMIN),
}


async def is_in_office(user_id: int) -> bool:
    """Whether somebody is an owner who may use their account."""
    return await has_other_owner(0) and not await has_other_owner(user_id)


@pytest.mark.parametrize("way", WAYS)
async def test_the_last_owner_stays(way: str) -> None:
    owner = await people.person("root", role=Role.OWNER)
    await people.person("guard", role=Role.ADMIN)
    with pytest.raises(Invalid, match="the only owner of this server") as refused:
        await WAYS[way](owner.id)
    assert (refused.value.status, refused.value.public) == (422, LAST)
    assert await is_in_office(owner.id)
    assert await Strike.all().count() == 0
    assert await AuditRow.all().count() == 0, "what failed is not written down as done"


@pytest.mark.parametrize("way", WAYS)
async def test_one_of_two_owners_may_go_and_the_other_stays(way: str) -> None:
    owner, other = [await people.person(name, role=Role.OWNER) for name in ("root", "sister")]
    await WAYS[way](owner.id)
    assert await is_in_office(other.id)
    with pytest.raises(Invalid, match="the only owner"):
        await WAYS[way](other.id)


@pytest.mark.parametrize("way", WAYS)
async def test_two_owners_who_go_at_the_same_moment_do_not_count_on_each_other(way: str) -> None:
    owners = [await people.person(name, role=Role.OWNER) for name in ("root", "sister")]
    came = await asyncio.gather(*(WAYS[way](owner.id) for owner in owners), return_exceptions=True)
    assert sum(isinstance(one, Invalid) for one in came) == 1, came
    assert [await is_in_office(owner.id) for owner in owners].count(True) == 1


async def test_an_owner_who_cannot_act_does_not_count() -> None:
    owner, other = [await people.person(name, role=Role.OWNER) for name in ("root", "sister")]
    for model, changes, back in (
        (User, {"disabled_at": clock.now()}, {"disabled_at": None}),
        (User, {"confirmed_at": None}, {"confirmed_at": clock.now()}),
        (Account, {"suspended_at": clock.now()}, {"suspended_at": None}),
        (Account, {"moved_to_uri": "https://far.test/new"}, {"moved_to_uri": ""}),
        (Account, {"deleted_at": clock.now()}, {"deleted_at": None}),
    ):
        await model.filter(id=other.id).update(**changes)  # type: ignore[attr-defined]
        with pytest.raises(Invalid, match="the only owner"):
            await accounts.delete_oneself(owner.id, PASSWORD)
        await model.filter(id=other.id).update(**back)  # type: ignore[attr-defined]
    # To be an owner twice is nothing new.
    await roles.give(SHELL, owner.id, Role.OWNER)
    await accounts.delete_oneself(owner.id, PASSWORD)


async def test_the_page_says_why(app: Quart) -> None:
    browser = Browser(app.test_client(use_cookies=False))
    await people.person("root", role=Role.OWNER)
    await browser.log_in("root", PASSWORD)
    page = await browser.get("/settings/delete")
    refused = await browser.submit(page.form("/settings/delete"), password=PASSWORD)
    assert refused.status == 422
    assert LAST in refused.text
    assert (await browser.get("/account")).status == 200
    await people.person("sister", role=Role.OWNER)
    done = await browser.submit(page.form("/settings/delete"), password=PASSWORD)
    assert done.location == "/login?done=deleted"
