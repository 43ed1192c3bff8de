"""A join link leads nobody past a block, of a person or of a server, and no word says that there is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from echo.actions import avoided_domains, blocks, chat_groups, chat_joining
from echo.errors import NotFound
from echo.kinds_of_chats import ChatRole
from echo.models import Account
from tests import fences, make
from tests.federation.test_group_chats import found
from tests.federation.test_group_chats import people as members
from tests.federation.test_group_links import begun, joining
from tests.fediverse import Echo, settle_down
from tests.make import Person

NOWHERE = "This link leads nowhere any more"
Block = Callable[[Person, Account], Awaitable[None]]


async def blocks_them(owner: Person, guest: Account) -> None:
    await blocks.block(owner.id, guest.id)


async def is_blocked(owner: Person, guest: Account) -> None:
    await blocks.block(guest.id, owner.id)


async def avoids_them(owner: Person, guest: Account) -> None:
    await avoided_domains.avoid(owner.id, guest.domain)


@pytest.mark.parametrize("block", [blocks_them, is_blocked])
@pytest.mark.parametrize("leads", [True, False])
async def test_here_a_link_and_an_invitation_stop_at_a_block(one: Echo, block: Block, *, leads: bool) -> None:
    alice, group, _, token = await begun()
    helper, guest = await make.person("helper"), await make.person("guest")
    await chat_groups.enter_by_link(helper.id, token)
    if leads:
        await chat_groups.appoint(alice.id, group, helper.id, ChatRole.ADMIN)
    await chat_groups.invite(alice.id, group, guest.id)
    await block(helper, guest.account)
    client = one.app.test_client()
    join = {"headers": guest.headers, "json": {"token": token}}
    if leads:
        with pytest.raises(NotFound):
            await chat_groups.enter(guest.id, group)
        await chat_groups.remove(alice.id, group, guest.id)
    answer = await client.post("/api/v1/echo/chats/join", **join)
    if not leads:  # among a hundred there may be somebody whom one does not like
        assert answer.status_code == 200
        return
    # Who was put out knows it; nobody else is told anything.
    assert answer.status_code == 403
    stranger = await make.person("stranger")
    await block(helper, stranger.account)
    join = {"headers": stranger.headers, "json": {"token": token}}
    answer = await client.post("/api/v1/echo/chats/join", **join)
    lost = {"headers": stranger.headers, "json": {"token": "x" * 32}}
    nowhere = await client.post("/api/v1/echo/chats/join", **lost)
    assert (answer.status_code, await answer.get_json()) == (404, await nowhere.get_json())
    assert "stranger" not in {name for name, *_ in await members(group)}


@pytest.mark.parametrize("block", [blocks_them, is_blocked, avoids_them])
async def test_elsewhere_too_and_the_refusal_is_that_of_a_link_that_ended(
    one: Echo, two: Echo, block: Block
) -> None:
    alice, group, link, _ = await begun()
    bob, servers = await two.run(make.person("bob")), [one, two]
    await two.run(chat_joining.ask(bob.id, link))
    await settle_down(servers)
    bob_here = await found("bob", "two.test")
    await chat_groups.leave(bob_here, group)
    await settle_down(servers)
    guest = await Account.get(id=bob_here)
    await block(alice, guest)
    await two.run(chat_joining.ask(bob.id, link))
    await settle_down(servers)
    assert ("bob", "member", "left") in await members(group)
    (shown,) = await two.run(joining(bob.id))
    assert (shown.state.name, shown.state.reason) == ("failed", NOWHERE)


@pytest.mark.parametrize("blocker", ["theirs", "ours"])
async def test_a_link_leads_to_no_blocked_server_and_from_none(one: Echo, two: Echo, blocker: str) -> None:
    _, group, link, _ = await begun("A name of its own")
    bob = await two.run(make.person("bob"))
    if blocker == "theirs":
        await fences.block("two.test")
    else:
        await two.run(fences.block("one.test"))
    with pytest.raises(NotFound) as refused:
        await two.run(chat_joining.ask(bob.id, link))
    assert "A name" not in str(refused.value)
    lost = link[:-8] + "x" * 8
    with pytest.raises(NotFound) as nowhere:
        await two.run(chat_joining.ask(bob.id, lost))
    assert refused.value.public == nowhere.value.public
    assert await two.run(joining(bob.id)) == []
    await settle_down([one, two])
    assert {name for name, *_ in await members(group)} == {"alice"}
