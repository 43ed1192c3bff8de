"""Accounts: show, look up, search, and their lists of people and posts."""

from __future__ import annotations

import pytest

from echo import addresses, clock, ports
from echo.actions import accounts, blocks, boosts, follows, moderation, roles
from echo.actions.drafts import ProfileDraft, ProfileField, RemoteEmoji
from echo.kinds import Role, Visibility
from echo.models import Account
from echo.policy.roles import Staff
from echo.store import counters
from tests import make
from tests.api.asking import Api


async def test_oneself_is_told_more_than_others(api: Api) -> None:
    alice = await make.person("alice")
    own = (await api.get("/api/v1/accounts/verify_credentials", by=alice)).one("CredentialAccount")
    assert own["acct"] == own["username"] == "alice"
    assert own["source"]["privacy"] == "public"
    assert own["role"] == {
        "id": "-99",
        "name": "",
        "permissions": "65536",
        "color": "",
        "highlighted": False,
        "collection_limit": 10,
    }
    shown = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert set(own) - set(shown) == {"source", "role"}
    assert shown["created_at"].endswith("T00:00:00.000Z")


@pytest.mark.parametrize("scope", ["profile", "read", "read:accounts"])
async def test_oneself_with_any_of_the_scopes(api: Api, scope: str) -> None:
    alice = await make.with_scopes(await make.person(), scope)
    await api.get("/api/v1/accounts/verify_credentials", by=alice)


async def test_a_new_account_has_pictures_and_no_last_post(api: Api) -> None:
    alice = await make.person("alice")
    shown = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert shown["avatar"] == shown["avatar_static"] == "https://echo.test/static/avatar.png"
    assert shown["header"] == shown["header_static"] == "https://echo.test/static/header.png"
    assert (shown["note"], shown["last_status_at"], shown["statuses_count"]) == ("", None, 0)
    await make.post(alice)
    shown = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert shown["last_status_at"] == f"{clock.now():%Y-%m-%d}"
    assert shown["statuses_count"] == 1


async def test_a_stranger_with_everything_at_its_longest(api: Api) -> None:
    emoji = RemoteEmoji(shortcode="blob_cat", url="https://peer.test/emoji/blob_cat.png")
    field = ProfileField(name="N" * 255, value='<a href="https://peer.test/">' + "v" * 2000 + "</a>")
    extreme = await make.stranger(
        "x" * 200,
        "very-long-subdomain.of-a.peer.test",
        display_name="\U0001f469\u200d\U0001f469\u200d\U0001f467 :blob_cat: " + "שלום" * 100,
        note="<p>" + "long " * 5000 + "</p>",
        fields=(field,) * 40,
        emojis=(emoji,),
        locked=True,
        discoverable=None,
        avatar="https://peer.test/avatar.webp",
        header="https://peer.test/header.webp",
        avatar_description="a cat",
    )
    await counters.keep_told(extreme.id, followers=2_000_000, following=10**6, posts=10**6)
    shown = (await api.get(f"/api/v1/accounts/{extreme.id}")).one("Account")
    assert shown["acct"] == "x" * 200 + "@very-long-subdomain.of-a.peer.test"
    here = addresses.here()
    assert shown["emojis"][0]["static_url"] == shown["emojis"][0]["url"] == here.remote_file(emoji.url)
    assert len(shown["fields"]) == 40
    assert shown["fields"][0]["verified_at"] is None
    assert shown["avatar_static"] == here.remote_file("https://peer.test/avatar.webp")
    assert (shown["followers_count"], shown["discoverable"]) == (2_000_000, None)


async def test_a_suspended_account_is_shown_blank(api: Api) -> None:
    stranger = await make.stranger(
        "sue", display_name="Sue", note="<p>me</p>", fields=(ProfileField(name="a", value="b"),)
    )
    await moderation.suspend(Staff.shell(), stranger.id, is_suspended=True)
    shown = (await api.get(f"/api/v1/accounts/{stranger.id}")).one("Account")
    assert shown["suspended"] is True
    assert (shown["display_name"], shown["note"], shown["fields"]) == ("", "", [])
    for name in ("statuses", "followers", "following"):
        await api.get(f"/api/v1/accounts/{stranger.id}/{name}", expect=404)


async def test_a_deleted_account_is_unknown(api: Api) -> None:
    stranger = await make.stranger("gone")
    await accounts.receive_deletion(stranger)
    await api.get(f"/api/v1/accounts/{stranger.id}", expect=404)
    await api.get("/api/v1/accounts/lookup", query={"acct": "gone@peer.test"}, expect=404)
    assert (await api.get("/api/v1/accounts", query={"id": [stranger.id]})).json == []


async def test_several_at_once_in_the_order_asked(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    found = await api.get("/api/v1/accounts", query={"id": [bob.id, 99, alice.id]})
    found.many("Account")
    assert found.ids == [bob.id, alice.id]
    await api.get("/api/v1/accounts", query={"id": range(1, 42)}, expect=422)


@pytest.mark.parametrize("handle", ["alice", "ALICE", "@alice", "alice@echo.test", "Alice@Echo.Test"])
async def test_looking_up_somebody_here(api: Api, handle: str) -> None:
    alice = await make.person("alice")
    found = (await api.get("/api/v1/accounts/lookup", query={"acct": handle})).one("Account")
    assert found["id"] == str(alice.id)


async def test_looking_up_knows_only_whom_it_knows(api: Api) -> None:
    stranger = await make.stranger("Zoe")
    found = (await api.get("/api/v1/accounts/lookup", query={"acct": "zoe@PEER.test"})).one("Account")
    assert found["id"] == str(stranger.id)
    assert found["acct"] == "Zoe@peer.test"
    await api.get("/api/v1/accounts/lookup", query={"acct": "zoe@other.test"}, expect=404)
    await api.get("/api/v1/accounts/lookup", query={"acct": "zoe"}, expect=404)
    missing = await api.get("/api/v1/accounts/lookup", expect=400)
    assert missing.json["error"] == "param is missing or the value is empty: acct"


class _Directory(ports.NullDirectory):
    """Knows one handle elsewhere."""

    async def account_by_handle(self, name: str, domain: str) -> int | None:
        if (name, domain) != ("zoe", "far.test"):
            return None
        return (await make.stranger("zoe", "far.test")).id


async def test_searching_people(api: Api) -> None:
    alice, anna = await make.person("alice"), await make.person("anna")
    await accounts.change_profile(anna.id, ProfileDraft(display_name="Queen of Hearts"))
    stranger = await make.stranger("alina")
    by_name = await api.get("/api/v1/accounts/search", by=alice, query={"q": "ali"})
    assert {a["id"] for a in by_name.many("Account")} == {str(alice.id), str(stranger.id)}
    by_title = await api.get("/api/v1/accounts/search", by=alice, query={"q": "queen"})
    assert by_title.ids == [anna.id]
    await make.follow(alice, stranger)
    followed = await api.get("/api/v1/accounts/search", by=alice, query={"q": "a", "following": True})
    assert followed.ids == [stranger.id]
    assert (await api.get("/api/v1/accounts/search", by=alice, query={"q": "@alina@peer.test"})).ids == [
        stranger.id
    ]
    one = await api.get("/api/v1/accounts/search", by=alice, query={"q": "a", "limit": 1})
    two = await api.get("/api/v1/accounts/search", by=alice, query={"q": "a", "limit": 1, "offset": 1})
    assert len(one.ids) == len(two.ids) == 1
    assert one.ids != two.ids


async def test_searching_people_elsewhere_asks_only_when_told_to(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person("alice")
    directory = _Directory()
    monkeypatch.setattr(ports, "directory", lambda: directory)
    query = {"q": "@zoe@far.test"}
    assert (await api.get("/api/v1/accounts/search", by=alice, query=query)).ids == []
    resolved = await api.get("/api/v1/accounts/search", by=alice, query=query | {"resolve": True})
    assert [a["acct"] for a in resolved.many("Account")] == ["zoe@far.test"]


async def test_relationships_tell_what_one_is_to_others(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person(locked=True)
    await follows.follow(alice.id, bob.id, boosts=False, notify=True, languages=["en", "de"])
    await follows.follow(alice.id, carol.id)
    await make.follow(carol, alice)
    await blocks.mute(alice.id, bob.id, duration_seconds=3600)
    answer = await api.get("/api/v1/accounts/relationships", by=alice, query={"id": [carol.id, 7, bob.id]})
    to_carol, to_bob = answer.many("Relationship")
    assert (to_carol["id"], to_bob["id"]) == (str(carol.id), str(bob.id))
    assert (to_carol["following"], to_carol["requested"], to_carol["followed_by"]) == (False, True, True)
    assert (to_bob["following"], to_bob["showing_reblogs"], to_bob["notifying"]) == (True, False, True)
    assert to_bob["languages"] == ["en", "de"]
    assert (to_bob["muting"], to_bob["muting_notifications"]) == (True, True)
    assert to_bob["muting_expires_at"] is not None
    mirrored = (await api.get("/api/v1/accounts/relationships", by=carol, query={"id": alice.id})).many(
        "Relationship"
    )
    assert (mirrored[0]["requested_by"], mirrored[0]["following"]) == (True, True)


async def test_relationship_to_a_stranger_is_complete(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    answer = await api.get("/api/v1/accounts/relationships", by=alice, query={"id": [bob.id]})
    assert answer.many("Relationship") == [
        {
            "id": str(bob.id),
            "following": False,
            "showing_reblogs": False,
            "notifying": False,
            "languages": None,
            "followed_by": False,
            "blocking": False,
            "blocked_by": False,
            "muting": False,
            "muting_notifications": False,
            "muting_expires_at": None,
            "requested": False,
            "requested_by": False,
            "domain_blocking": False,
            "endorsed": False,
            "note": "",
        }
    ]
    assert (await api.get("/api/v1/accounts/relationships", by=alice)).json == []


async def test_familiar_followers_are_those_one_follows(api: Api) -> None:
    alice, bob, carol, dan = [await make.person() for _ in range(4)]
    await make.follow(alice, bob)
    await make.follow(bob, carol)
    await make.follow(dan, carol)
    answer = await api.get("/api/v1/accounts/familiar_followers", by=alice, query={"id": [carol.id, dan.id]})
    to_carol, to_dan = answer.many("FamiliarFollowers")
    assert (to_carol["id"], [a["id"] for a in to_carol["accounts"]]) == (str(carol.id), [str(bob.id)])
    assert (to_dan["id"], to_dan["accounts"]) == (str(dan.id), [])


async def test_familiar_followers_are_not_told_where_they_are_hidden(api: Api) -> None:
    alice, bob, carol, dan = [await make.person() for _ in range(4)]
    for person in (bob, dan):
        await make.follow(alice, person)
        await make.follow(person, carol)
    await accounts.change_profile(dan.id, ProfileDraft(hide_collections=True))
    path, query = "/api/v1/accounts/familiar_followers", {"id": [7, carol.id]}
    (to_carol,) = (await api.get(path, by=alice, query=query)).many("FamiliarFollowers")
    assert [a["id"] for a in to_carol["accounts"]] == [str(bob.id)]
    await accounts.change_profile(carol.id, ProfileDraft(hide_collections=True))
    (to_carol,) = (await api.get(path, by=alice, query=query)).many("FamiliarFollowers")
    assert to_carol["accounts"] == []


async def test_a_role_that_is_shown_and_states_of_accounts(api: Api) -> None:
    boss, alice = await make.person(role=Role.OWNER), await make.person()
    shown = (await api.get(f"/api/v1/accounts/{boss.id}")).one("Account")
    assert shown["roles"] == [{"id": "3", "name": "Owner", "color": ""}]
    post = await make.post(boss)
    status = (await api.get(f"/api/v1/statuses/{post.id}")).one("Status")
    assert status["account"]["roles"] == shown["roles"]
    assert (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")["roles"] == []
    await roles.give(Staff.shell(), alice.id, Role.MODERATOR)
    promoted = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert [role["name"] for role in promoted["roles"]] == ["Moderator"]
    await make.account_of(alice, silenced=True, memorial=True)
    limited = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert (limited["limited"], limited["memorial"], "noindex" in limited) == (True, True, True)


async def test_an_account_that_moved_shows_where_to_if_both_say_so(api: Api) -> None:
    alice, new = await make.person("alice"), await make.stranger("alice", "new.test")
    post = await make.post(alice)
    await make.account_of(alice, moved_to_uri=new.uri)
    assert "moved" not in (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    await make.account_of(new, also_known_as=[alice.account.uri], moved_to_uri=alice.account.uri)
    shown = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert shown["moved"]["acct"] == "alice@new.test"
    assert "moved" not in shown["moved"]
    status = (await api.get(f"/api/v1/statuses/{post.id}")).one("Status")
    assert status["account"]["moved"] == shown["moved"]
    await make.account_of(new, display_name="New name")
    shown = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert shown["moved"]["display_name"] == "New name"


async def test_followers_are_paged_by_the_follow(api: Api) -> None:
    alice = await make.person()
    people = [await make.person() for _ in range(5)]
    for person in people:
        await make.follow(person, alice)
    newest_first = [str(person.id) for person in reversed(people)]
    path = f"/api/v1/accounts/{alice.id}/followers"
    (await api.get(path)).many("Account")
    pages = await api.pages(path, query={"limit": 2})
    assert [[a["id"] for a in page] for page in pages] == [
        newest_first[:2],
        newest_first[2:4],
        newest_first[4:],
    ]
    last = await api.get(path, query={"limit": 40})
    assert "next" not in last.links
    assert set(last.link("prev")) == {"limit", "since_id"}
    newer = await make.person()
    await make.follow(newer, alice)
    assert (await api.follow_link(last, "prev")).ids == [newer.id]


async def test_s_g12_following_is_the_other_direction_unless_hidden(api: Api) -> None:
    alice, bob = await make.person(), await make.stranger()
    await make.follow(alice, bob)
    answer = await api.get(f"/api/v1/accounts/{alice.id}/following")
    answer.many("Account")
    assert answer.ids == [bob.id]
    empty = await api.get(f"/api/v1/accounts/{bob.id}/following")
    assert (empty.json, empty.links) == ([], {})
    fan = await make.person()
    await make.follow(fan, alice)
    await Account.filter(id=alice.id).update(hide_collections=True)
    for direction in ("followers", "following"):
        path = f"/api/v1/accounts/{alice.id}/{direction}"
        for by in (None, fan):
            hidden = await api.get(path, by=by)
            assert (hidden.json, hidden.links) == ([], {})
        assert len((await api.get(path, by=alice)).json) == 1


async def test_hidden_lists_of_people_are_empty_for_others(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.follow(bob, alice)
    await make.follow(alice, bob)
    await accounts.change_profile(alice.id, ProfileDraft(hide_collections=True))
    for name in ("followers", "following"):
        path = f"/api/v1/accounts/{alice.id}/{name}"
        assert (await api.get(path)).json == (await api.get(path, by=bob)).json == []
        assert (await api.get(path, by=alice)).ids == [bob.id]


async def test_posts_of_an_account_with_each_filter(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    image = await make.image(alice)
    plain = await make.post(alice, "plain #Tea")
    pictured = await make.post(alice, "pictured", media_ids=(image.id,))
    own_reply = await make.post(alice, "continued", reply_to=plain.id)
    other = await make.post(bob)
    reply = await make.post(alice, "answer", reply_to=other.id)
    boost = await boosts.boost(alice.id, other.id)
    direct = await make.post(alice, f"@{bob.account.username} psst", visibility=Visibility.DIRECT)
    path = f"/api/v1/accounts/{alice.id}/statuses"

    async def shown(**query: object) -> set[int]:
        answer = await api.get(path, by=alice, query=query)
        answer.many("Status")
        return set(answer.ids)

    everything = {post.id for post in (plain, pictured, own_reply, reply, boost, direct)}
    assert await shown() == everything
    assert await shown(only_media=True) == {pictured.id}
    assert await shown(exclude_replies=True) == everything - {reply.id}
    assert await shown(exclude_reblogs="1") == everything - {boost.id}
    assert await shown(exclude_direct=True) == everything - {direct.id}
    assert await shown(tagged="TEA") == {plain.id}
    assert await shown(pinned=True) == set()
    assert set((await api.get(path)).ids) == everything - {direct.id}


async def test_posts_of_an_account_are_paged_at_both_ends(api: Api) -> None:
    alice = await make.person()
    ids = [(await make.post(alice)).id for _ in range(5)][::-1]
    path = f"/api/v1/accounts/{alice.id}/statuses"
    query = {"limit": 2, "exclude_replies": True}
    pages = await api.pages(path, query=query)
    assert [[int(s["id"]) for s in page] for page in pages] == [ids[:2], ids[2:4], ids[4:]]
    bottom = await api.get(path, query=query | {"max_id": ids[3]})
    assert (bottom.ids, "next" in bottom.links) == ([ids[4]], False)
    up = await api.walk_up(bottom)
    assert [[int(s["id"]) for s in page] for page in up] == [ids[2:4], ids[:2]]
    assert (await api.get(path, query={"since_id": ids[3], "limit": 2})).ids == ids[:2]
    assert (await api.get(path, query={"min_id": ids[3], "limit": 2})).ids == ids[1:3]
    assert (await api.get(path, query={"min_id": ids[3], "since_id": ids[0]})).ids == ids[:3]
    assert (await api.get(path, query={"min_id": ids[4], "max_id": ids[2], "limit": 40})).ids == [ids[3]]


async def test_who_blocks_somebody_shows_them_nothing(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    await blocks.block(alice.id, bob.id)
    path = f"/api/v1/accounts/{alice.id}/statuses"
    assert (await api.get(path, by=bob)).json == []
    assert (await api.get(path)).ids == [post.id]
    shown = (await api.get(f"/api/v1/accounts/{alice.id}", by=bob)).one("Account")
    assert shown["id"] == str(alice.id)
