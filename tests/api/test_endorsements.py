"""People shown on profiles."""

from __future__ import annotations

import pytest

from echo.actions import blocks, follows, moderation
from echo.policy.roles import Staff
from tests import make
from tests.api.asking import Api


@pytest.mark.parametrize(("on", "off"), [("endorse", "unendorse"), ("pin", "unpin")])
async def test_endorsing_somebody_one_follows(api: Api, on: str, off: str) -> None:
    alice, bob = await make.person(), await make.person()
    path = f"/api/v1/accounts/{bob.id}"
    refused = await api.post(f"{path}/{on}", by=alice, expect=422)
    assert "following" in refused.json["error"]
    await make.follow(alice, bob)
    for _ in range(2):
        assert (await api.post(f"{path}/{on}", by=alice)).one("Relationship")["endorsed"] is True
    listed = await api.get("/api/v1/endorsements", by=alice)
    listed.many("Account")
    assert listed.ids == [bob.id]
    assert (await api.get(f"/api/v1/accounts/{alice.id}/endorsements")).ids == [bob.id]
    for _ in range(2):
        assert (await api.post(f"{path}/{off}", by=alice)).one("Relationship")["endorsed"] is False
    assert (await api.get("/api/v1/endorsements", by=alice)).json == []
    await api.post(f"/api/v1/accounts/7/{on}", by=alice, expect=404)


async def test_a_request_is_no_follow_and_an_unfollow_ends_it(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person(locked=True), await make.person()
    await follows.follow(alice.id, bob.id)
    await api.post(f"/api/v1/accounts/{bob.id}/endorse", by=alice, expect=422)
    await make.follow(alice, carol)
    await api.post(f"/api/v1/accounts/{carol.id}/endorse", by=alice)
    await api.post(f"/api/v1/accounts/{carol.id}/unfollow", by=alice)
    assert (await api.get("/api/v1/endorsements", by=alice)).json == []


async def test_endorsements_are_paged_or_told_all(api: Api) -> None:
    alice = await make.person()
    people = [await make.person() for _ in range(3)]
    for person in people:
        await make.follow(alice, person)
        await api.post(f"/api/v1/accounts/{person.id}/endorse", by=alice)
    ids = [person.id for person in reversed(people)]
    for path in ("/api/v1/endorsements", f"/api/v1/accounts/{alice.id}/endorsements"):
        pages = await api.pages(path, by=alice, query={"limit": 2})
        assert [[int(a["id"]) for a in page] for page in pages] == [ids[:2], ids[2:]]
        first = await api.get(path, by=alice, query={"limit": 2})
        assert set(first.link("prev")) == {"limit", "since_id"}
        everybody = await api.get(path, by=alice, query={"limit": 0})
        assert (everybody.ids, everybody.links) == (ids, {})


async def test_nobody_is_shown_whom_the_viewer_does_not_want_to_meet(api: Api) -> None:
    alice, viewer = await make.person(), await make.person()
    blocked, muted, other = [await make.person() for _ in range(3)]
    for person in (blocked, muted, other):
        await make.follow(alice, person)
        await api.post(f"/api/v1/accounts/{person.id}/endorse", by=alice)
    await blocks.block(viewer.id, blocked.id)
    await blocks.mute(viewer.id, muted.id)
    path = f"/api/v1/accounts/{alice.id}/endorsements"
    assert (await api.get(path, by=viewer)).ids == [other.id]
    assert len((await api.get(path)).ids) == len((await api.get(path, by=alice)).ids) == 3
    await moderation.suspend(Staff.shell(), other.id, is_suspended=True)
    assert (await api.get(path, by=viewer)).json == []
    await moderation.suspend(Staff.shell(), alice.id, is_suspended=True)
    await api.get(path, expect=404)
