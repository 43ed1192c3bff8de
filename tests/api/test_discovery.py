"""Suggestions and the directory: people who want to be found, and nobody one does not want to meet."""

from __future__ import annotations

import pytest

from echo import clock
from echo.actions import blocks, follows, likes, moderation
from echo.actions.avoided_domains import avoid
from echo.kinds import AccountKind
from echo.models import Account, AccountStats, User
from echo.policy.roles import Staff
from echo.runtime import Runtime
from tests import make
from tests.actions.people import configure
from tests.api.asking import Api
from tests.make import Person

SUGGESTIONS, DIRECTORY = "/api/v2/suggestions", "/api/v1/directory"


async def _findable() -> Person:
    person = await make.person()
    await make.account_of(person, discoverable=True)
    return person


async def _suggested(api: Api, person: Person) -> dict[str, list[str]]:
    found = (await api.get(SUGGESTIONS, by=person)).many("Suggestion")
    return {one["account"]["id"]: one["sources"] for one in found}


async def test_people_are_suggested_for_reasons(api: Api, runtime: Runtime) -> None:
    alice, bob = await make.person(), await make.person()
    friend, popular, liked, shown = [await _findable() for _ in range(4)]
    await make.follow(alice, bob)
    await make.follow(bob, friend)
    for _ in range(3):
        await make.follow(await make.person(), popular)
    await likes.like(bob.id, (await make.post(liked)).id)
    configure(runtime, instance={"suggested": [f"@{shown.account.username}", "nobody", "no@where.test"]})
    answer = await api.get(SUGGESTIONS, by=alice)
    found = [(one["account"]["id"], one["source"], one["sources"]) for one in answer.many("Suggestion")]
    assert found == [
        (str(shown.id), "staff", ["featured"]),
        (str(friend.id), "past_interactions", ["friends_of_friends", "most_followed"]),
        (str(popular.id), "global", ["most_followed"]),
        (str(liked.id), "global", ["most_interactions"]),
    ]
    old = await api.get("/api/v1/suggestions", by=alice, query={"limit": 2})
    old.many("Account")
    assert old.ids == [shown.id, friend.id]
    assert (await api.get(SUGGESTIONS, by=alice, query={"limit": 0})).json == []


async def test_a_suggestion_is_dismissed_for_good(api: Api) -> None:
    alice, bob, popular = await make.person(), await make.person(), await _findable()
    await make.follow(bob, popular)
    assert set(await _suggested(api, alice)) == {str(popular.id)}
    for _ in range(2):
        assert (await api.delete(f"/api/v1/suggestions/{popular.id}", by=alice)).json == {}
    assert await _suggested(api, alice) == {}
    assert set(await _suggested(api, await make.person())) == {str(popular.id)}
    await api.delete("/api/v1/suggestions/7", by=alice, expect=404)


async def test_followed_and_asked_people_and_oneself_are_not_suggested(api: Api) -> None:
    alice, asked, followed = await _findable(), await _findable(), await _findable()
    for person in (alice, asked, followed):
        await make.follow(await make.person(), person)
    await make.account_of(asked, locked=True)
    await follows.follow(alice.id, asked.id)
    await make.follow(alice, followed)
    assert await _suggested(api, alice) == {}


async def test_friends_who_hide_whom_they_follow_suggest_nobody(api: Api) -> None:
    alice, bob, friend = await make.person(), await make.person(), await _findable()
    await make.follow(alice, bob)
    await make.follow(bob, friend)
    await make.account_of(bob, hide_collections=True)
    assert await _suggested(api, alice) == {str(friend.id): ["most_followed"]}


async def _unfindable(friend: Person) -> None:
    """Everybody who is not to be shown to anybody; a friend follows them all."""
    now = clock.now()
    people = [await _findable() for _ in range(9)]
    for person in people:
        await make.follow(friend, person)
    await make.account_of(people[0], discoverable=False)
    await make.account_of(people[1], discoverable=None)
    await make.account_of(people[2], silenced=True)
    await moderation.suspend(Staff.shell(), people[3].id, is_suspended=True)
    await make.account_of(people[4], moved_to_uri="https://peer.test/users/new")
    await make.account_of(people[5], kind=AccountKind.APPLICATION.value)
    await User.filter(id=people[6].id).update(approved_at=None)
    await make.account_of(people[7], memorial=True)
    await User.filter(id=people[8].id).update(disabled_at=now)


async def test_who_is_not_to_be_found_is_nowhere(api: Api) -> None:
    alice, friend = await make.person(), await make.person()
    await make.follow(alice, friend)
    await _unfindable(friend)
    assert await _suggested(api, alice) == {}
    for order in ("active", "new"):
        for by in (None, alice):
            assert (await api.get(DIRECTORY, by=by, query={"order": order})).json == []


async def test_nobody_is_shown_whom_one_does_not_want_to_meet(api: Api) -> None:
    alice, fan = await make.person(), await make.person()
    blocked, blocking, muted = [await _findable() for _ in range(3)]
    far = await make.stranger(domain="far.test", discoverable=True)
    for person in (blocked, blocking, muted, far):
        await make.follow(fan, person)
    await make.follow(alice, fan)
    everybody = {str(p.id) for p in (blocked, blocking, muted, far)}
    assert set(await _suggested(api, alice)) == everybody
    await blocks.block(alice.id, blocked.id)
    await blocks.block(blocking.id, alice.id)
    await blocks.mute(alice.id, muted.id)
    await avoid(alice.id, "far.test")
    assert await _suggested(api, alice) == {}
    for order in ("active", "new"):
        assert (await api.get(DIRECTORY, by=alice, query={"order": order})).json == []
        everyone = await api.get(DIRECTORY, query={"order": order})
        everyone.many("Account")
        assert {one["id"] for one in everyone.json} == everybody


async def test_the_directory_in_both_orders(api: Api) -> None:
    silent, old, new = await _findable(), await _findable(), await _findable()
    far = await make.stranger(discoverable=True)
    await AccountStats.filter(account_id=old.id).update(last_post_on="2026-02-03")
    await AccountStats.filter(account_id=new.id).update(last_post_on="2026-02-02")
    await AccountStats.filter(account_id=far.id).update(last_post_on="2026-02-01")
    active = await api.get(DIRECTORY)
    active.many("Account")
    assert active.ids == [old.id, new.id, far.id, silent.id]
    assert (await api.get(DIRECTORY, query={"order": "new"})).ids == [far.id, new.id, old.id, silent.id]
    local = {"order": "new", "local": True}
    assert (await api.get(DIRECTORY, query=local)).ids == [new.id, old.id, silent.id]
    assert (await api.get(DIRECTORY, query=local | {"limit": 1, "offset": 1})).ids == [old.id]
    assert (await api.get(DIRECTORY, query={"limit": 0})).json == []
    assert (await api.get(DIRECTORY, query={"offset": 10**9})).json == []
    await api.get(DIRECTORY, query={"order": "best"}, expect=422)


@pytest.mark.parametrize("path", [SUGGESTIONS, "/api/v1/suggestions"])
async def test_suggestions_are_for_those_who_may_read_accounts(api: Api, path: str) -> None:
    alice = await make.person()
    await api.get(path, expect=401)
    await api.get(path, by=await make.with_scopes(alice, "write"), expect=403)


async def test_identity_proofs_are_a_thing_of_the_past(api: Api) -> None:
    alice = await make.person()
    assert (await api.get(f"/api/v1/accounts/{alice.id}/identity_proofs", by=alice)).json == []
    await api.get("/api/v1/accounts/7/identity_proofs", by=alice, expect=404)
    await api.get(f"/api/v1/accounts/{alice.id}/identity_proofs", expect=401)
    assert await Account.all().count() == 1
