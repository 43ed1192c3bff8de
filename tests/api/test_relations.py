"""Following, blocking, muting, notes, and the people who ask to follow."""

from __future__ import annotations

import pytest

from echo import clock
from echo.actions import blocks, boosts, follows, moderation
from echo.kinds import Visibility
from echo.models import Follow, Mute
from echo.policy.roles import Staff
from tests import make
from tests.api.asking import Api
from tests.make import Person


async def _home(api: Api, person: Person) -> list[int]:
    answer = await api.get("/api/v1/timelines/home", by=person, query={"limit": 40})
    answer.many("Status")
    return answer.ids


async def _relationship(api: Api, one: Person, other_id: int) -> dict[str, object]:
    answer = await api.get("/api/v1/accounts/relationships", by=one, query={"id": [other_id]})
    found: dict[str, object] = answer.many("Relationship")[0]
    return found


async def test_following_somebody_open_and_somebody_locked(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person(locked=True)
    to_bob = (await api.post(f"/api/v1/accounts/{bob.id}/follow", by=alice)).one("Relationship")
    assert (to_bob["following"], to_bob["requested"], to_bob["showing_reblogs"]) == (True, False, True)
    to_carol = (await api.post(f"/api/v1/accounts/{carol.id}/follow", by=alice)).one("Relationship")
    assert (to_carol["following"], to_carol["requested"]) == (False, True)
    shown = (await api.get(f"/api/v1/accounts/{bob.id}")).json
    assert shown["followers_count"] == 1
    assert (await api.get(f"/api/v1/accounts/{carol.id}")).json["followers_count"] == 0


async def test_following_again_changes_only_what_is_said(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    path = f"/api/v1/accounts/{bob.id}/follow"
    first = await api.post(path, by=alice, form={"reblogs": "false", "notify": "1", "languages[]": "de"})
    changed = first.one("Relationship")
    assert (changed["showing_reblogs"], changed["notifying"], changed["languages"]) == (False, True, ["de"])
    same = (await api.post(path, by=alice)).one("Relationship")
    assert same == changed
    again = (await api.post(path, by=alice, json={"reblogs": True})).one("Relationship")
    assert (again["showing_reblogs"], again["notifying"], again["languages"]) == (True, True, ["de"])
    assert (await api.get(f"/api/v1/accounts/{bob.id}")).json["followers_count"] == 1


async def test_nobody_follows_blocks_or_mutes_themselves(api: Api) -> None:
    alice = await make.person()
    for action in ("follow", "block", "mute"):
        await api.post(f"/api/v1/accounts/{alice.id}/{action}", by=alice, expect=403)


@pytest.mark.parametrize(
    "action", ["follow", "block", "mute", "note", "unfollow", "unblock", "unmute", "remove_from_followers"]
)
async def test_nobody_to_act_on(api: Api, action: str) -> None:
    await api.post(f"/api/v1/accounts/123456/{action}", by=await make.person(), expect=404)


async def test_the_suspended_and_the_servers_own_account_are_not_followed(api: Api) -> None:
    alice, gone = await make.person(), await make.stranger()
    await moderation.suspend(Staff.shell(), gone.id, is_suspended=True)
    await api.post(f"/api/v1/accounts/{gone.id}/follow", by=alice, expect=404)


async def test_unfollowing_ends_a_follow_or_a_request(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person(locked=True)
    post = await make.post(bob)
    await make.follow(alice, bob)
    await follows.follow(alice.id, carol.id)
    assert await _home(api, alice) == [post.id]
    ended = (await api.post(f"/api/v1/accounts/{bob.id}/unfollow", by=alice)).one("Relationship")
    assert ended["following"] is False
    assert await _home(api, alice) == []
    cancelled = (await api.post(f"/api/v1/accounts/{carol.id}/unfollow", by=alice)).one("Relationship")
    assert cancelled["requested"] is False
    assert (await api.get("/api/v1/follow_requests", by=carol)).json == []
    again = await api.post(f"/api/v1/accounts/{bob.id}/unfollow", by=alice)
    assert again.one("Relationship")["following"] is False
    assert (await api.get(f"/api/v1/accounts/{bob.id}")).json["followers_count"] == 0


async def test_a_follower_is_removed(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(bob, alice)
    answer = await api.post(f"/api/v1/accounts/{bob.id}/remove_from_followers", by=alice)
    assert answer.one("Relationship")["followed_by"] is False
    assert (await api.get(f"/api/v1/accounts/{alice.id}/followers")).json == []


async def test_requests_are_answered(api: Api) -> None:
    alice, bob, carol = await make.person(locked=True), await make.person(), await make.stranger()
    await follows.follow(bob.id, alice.id)
    await follows.receive(carol, alice.id, "https://peer.test/follows/1")
    asked = await api.get("/api/v1/follow_requests", by=alice)
    asked.many("Account")
    assert asked.ids == [carol.id, bob.id]
    own = (await api.get("/api/v1/accounts/verify_credentials", by=alice)).one("CredentialAccount")
    assert own["source"]["follow_requests_count"] == 2
    let_in = await api.post(f"/api/v1/follow_requests/{bob.id}/authorize", by=alice)
    assert let_in.one("Relationship")["followed_by"] is True
    kept_out = await api.post(f"/api/v1/follow_requests/{carol.id}/reject", by=alice)
    assert kept_out.one("Relationship")["requested_by"] is False
    assert (await api.get("/api/v1/follow_requests", by=alice)).json == []
    for action in ("authorize", "reject"):
        await api.post(f"/api/v1/follow_requests/{carol.id}/{action}", by=alice, expect=404)


async def test_requests_are_paged_by_the_request(api: Api) -> None:
    alice = await make.person(locked=True)
    askers = [await make.person() for _ in range(3)]
    for asker in askers:
        await follows.follow(asker.id, alice.id)
    pages = await api.pages("/api/v1/follow_requests", by=alice, query={"limit": 2})
    assert [len(page) for page in pages] == [2, 1]
    first = await api.get("/api/v1/follow_requests", by=alice, query={"limit": 2})
    newest = await Follow.all().order_by("-id").first()
    assert newest is not None
    assert first.link("prev") == {"limit": ["2"], "since_id": [str(newest.id)]}


async def test_s_i01_nobody_answers_requests_of_others(api: Api) -> None:
    alice, bob, mallory = await make.person(locked=True), await make.person(), await make.person(locked=True)
    await follows.follow(bob.id, alice.id)
    for action in ("authorize", "reject"):
        await api.post(f"/api/v1/follow_requests/{bob.id}/{action}", by=mallory, expect=404)
        await api.post(f"/api/v1/follow_requests/{alice.id}/{action}", by=bob, expect=404)
    assert (await api.get("/api/v1/follow_requests", by=alice)).ids == [bob.id]


async def test_a_block_ends_everything_both_ways(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(alice, bob)
    await make.follow(bob, alice)
    theirs, own = await make.post(bob), await make.post(alice)
    blocked = (await api.post(f"/api/v1/accounts/{bob.id}/block", by=alice)).one("Relationship")
    assert (blocked["blocking"], blocked["following"], blocked["followed_by"]) == (True, False, False)
    assert (await _relationship(api, bob, alice.id))["blocked_by"] is True
    assert await _home(api, alice) == [own.id]
    assert await _home(api, bob) == [theirs.id]
    for person, post in ((alice, theirs), (bob, own)):
        await api.get(f"/api/v1/statuses/{post.id}", by=person, expect=404)
        assert post.id not in (await api.get("/api/v1/timelines/public", by=person)).ids
    await api.post(f"/api/v1/accounts/{alice.id}/follow", by=bob, expect=403)
    await api.post(f"/api/v1/accounts/{bob.id}/follow", by=alice, expect=403)


async def test_unblocking_brings_no_follow_back(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(alice, bob)
    await blocks.block(alice.id, bob.id)
    listed = await api.get("/api/v1/blocks", by=alice)
    listed.many("Account")
    assert listed.ids == [bob.id]
    free = (await api.post(f"/api/v1/accounts/{bob.id}/unblock", by=alice)).one("Relationship")
    assert (free["blocking"], free["following"]) == (False, False)
    assert (await api.get("/api/v1/blocks", by=alice)).json == []


async def test_blocks_and_mutes_are_paged_by_their_own_ids(api: Api) -> None:
    alice = await make.person()
    people = [await make.person() for _ in range(3)]
    for person in people:
        await blocks.block(alice.id, person.id)
        await blocks.mute(alice.id, person.id)
    for path in ("/api/v1/blocks", "/api/v1/mutes"):
        pages = await api.pages(path, by=alice, query={"limit": 2})
        found = [int(account["id"]) for page in pages for account in page]
        assert found == [person.id for person in reversed(people)]
        first = await api.get(path, by=alice, query={"limit": 2})
        assert set(first.link("prev")) == {"limit", "since_id"}
        assert (await api.follow_link(first, "prev", by=alice)).json == []
    assert (await api.get("/api/v1/blocks", by=people[0])).json == []


async def test_muting_hides_from_timelines_and_not_from_the_profile(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    await make.follow(alice, bob)
    await make.follow(alice, carol)
    muted_post, other = await make.post(bob, "#tea"), await make.post(carol, "#tea")
    boosted = await boosts.boost(carol.id, muted_post.id)
    assert set(await _home(api, alice)) == {muted_post.id, other.id, boosted.id}
    muted = (await api.post(f"/api/v1/accounts/{bob.id}/mute", by=alice)).one("Relationship")
    assert (muted["muting"], muted["muting_notifications"], muted["muting_expires_at"]) == (True, True, None)
    assert await _home(api, alice) == [other.id]
    assert (await api.get("/api/v1/timelines/public", by=alice)).ids == [other.id]
    assert (await api.get("/api/v1/timelines/tag/tea", by=alice)).ids == [other.id]
    assert (await api.get(f"/api/v1/accounts/{bob.id}/statuses", by=alice)).ids == [muted_post.id]
    assert (await api.get(f"/api/v1/statuses/{muted_post.id}", by=alice)).one("Status")["id"]
    assert muted_post.id in (await api.get("/api/v1/timelines/public")).ids
    unmuted = (await api.post(f"/api/v1/accounts/{bob.id}/unmute", by=alice)).one("Relationship")
    assert unmuted["muting"] is False
    assert set(await _home(api, alice)) == {muted_post.id, other.id, boosted.id}


async def test_a_mute_for_a_while_ends_by_itself(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(alice, bob)
    post = await make.post(bob)
    muted = await api.post(
        f"/api/v1/accounts/{bob.id}/mute", by=alice, form={"duration": 60, "notifications": "false"}
    )
    relationship = muted.one("Relationship")
    assert (relationship["muting"], relationship["muting_notifications"]) == (True, False)
    (listed,) = (await api.get("/api/v1/mutes", by=alice)).many("MutedAccount")
    assert listed["mute_expires_at"] is not None
    await Mute.all().update(expires_at=clock.now())
    assert (await _relationship(api, alice, bob.id))["muting"] is False
    assert (await api.get("/api/v1/mutes", by=alice)).json == []
    assert (await api.get("/api/v1/timelines/public", by=alice)).ids == [post.id]


async def test_a_mute_for_good_has_no_end(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await blocks.mute(alice.id, bob.id)
    (listed,) = (await api.get("/api/v1/mutes", by=alice)).many("MutedAccount")
    assert listed["mute_expires_at"] is None


async def test_muted_people_tell_nothing_unless_wanted(api: Api) -> None:
    alice, bob, carol = await make.person("alice"), await make.person(), await make.person()
    await blocks.mute(alice.id, bob.id)
    await blocks.mute(alice.id, carol.id, notifications_too=False)
    for person in (bob, carol):
        await make.post(person, "@alice hello")
    told = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    assert [n["account"]["id"] for n in told] == [str(carol.id)]


async def test_a_note_is_seen_by_its_writer_only(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    path = f"/api/v1/accounts/{bob.id}/note"
    noted = await api.post(path, by=alice, form={"comment": "owes me tea"})
    assert noted.one("Relationship")["note"] == "owes me tea"
    assert (await _relationship(api, bob, alice.id))["note"] == ""
    cleared = await api.post(path, by=alice, form={"comment": ""})
    assert cleared.one("Relationship")["note"] == ""
    await api.post(path, by=alice, form={"comment": "x" * 2001}, expect=422)


async def test_without_boosts_home_has_posts_but_no_boosts(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    post, other = await make.post(bob), await make.post(carol)
    boost = await boosts.boost(bob.id, other.id)
    await make.follow(alice, bob)
    assert await _home(api, alice) == [boost.id, post.id]
    await api.post(f"/api/v1/accounts/{bob.id}/follow", by=alice, form={"reblogs": "false"})
    assert await _home(api, alice) == [post.id]
    await api.post(f"/api/v1/accounts/{bob.id}/follow", by=alice, form={"reblogs": "true"})
    assert await _home(api, alice) == [boost.id, post.id]


async def test_only_the_wanted_languages_are_on_home(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    german = await make.post(bob, "hallo", language="de")
    unknown = await make.post(bob, "?", language=None)
    english = await make.post(bob, "hello", language="en")
    await make.follow(alice, bob)
    path = f"/api/v1/accounts/{bob.id}/follow"
    await api.post(path, by=alice, json={"languages": ["de"]})
    assert await _home(api, alice) == [unknown.id, german.id]
    await api.post(path, by=alice, json={"languages": []})
    assert await _home(api, alice) == [english.id, unknown.id, german.id]


async def test_s_g09_what_is_over_is_gone_from_every_list(api: Api) -> None:
    alice, bob, carol = await make.person("alice"), await make.person(), await make.person()
    await make.follow(alice, bob)
    await make.follow(alice, carol)
    for person in (bob, carol):
        post = await make.post(person, "@alice #tea")
        await api.post(f"/api/v1/statuses/{post.id}/favourite", by=alice)
        await api.post(f"/api/v1/statuses/{post.id}/bookmark", by=alice)
    secret = await make.post(carol, "for followers", visibility=Visibility.FOLLOWERS)
    await api.post(f"/api/v1/statuses/{secret.id}/bookmark", by=alice)
    lists = ("timelines/home", "timelines/public", "timelines/tag/tea", "favourites", "bookmarks")

    async def authors(name: str) -> set[str]:
        return {s["account"]["id"] for s in (await api.get(f"/api/v1/{name}", by=alice)).many("Status")}

    for name in lists:
        assert await authors(name) == {str(bob.id), str(carol.id)}, name
    await api.post(f"/api/v1/accounts/{bob.id}/block", by=alice)
    for name in lists:
        assert await authors(name) == {str(carol.id)}, name
    told = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    assert {n["account"]["id"] for n in told} == {str(carol.id)}
    await api.post(f"/api/v1/accounts/{carol.id}/unfollow", by=alice)
    assert await authors("timelines/home") == set()
    assert secret.id not in (await api.get("/api/v1/bookmarks", by=alice)).ids
    await api.delete(f"/api/v1/statuses/{post.id}", by=carol)
    for name in lists:
        assert await authors(name) == set(), name
    assert (await api.get("/api/v1/notifications", by=alice)).json == []
    assert (await api.get(f"/api/v1/accounts/{alice.id}")).json["following_count"] == 0
