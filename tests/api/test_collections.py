"""Collections: people whom somebody recommends together."""

from __future__ import annotations

from typing import Any

import pytest
from quart.typing import TestClientProtocol as Client

from echo.actions import accounts, blocks, collections
from echo.actions.collections import CollectionDraft
from echo.actions.drafts import ProfileDraft
from echo.models import Account, Collection, CollectionItem
from echo.policy.collections import MOST
from echo.runtime import Runtime
from tests import make, structure
from tests.api.asking import Answer, Api, Json
from tests.make import Person

PATH = "/api/v1/collections"


async def featurable(name: str = "", *, locked: bool = False) -> Person:
    """Somebody who wants to be found."""
    person = await make.person(name, locked=locked)
    await accounts.change_profile(person.id, ProfileDraft(discoverable=True))
    return person


def one(answer: Answer, key: str = "collection", entity: str = "Collection") -> Json:
    """The entity inside its wrapper."""
    assert set(answer.json) == {key}
    structure.validate(entity, answer.json[key], signed_in=answer.signed_in)
    return answer.json[key]


def many(answer: Answer) -> list[Json]:
    assert set(answer.json) == {"collections"}
    for document in answer.json["collections"]:
        structure.validate("Collection", document, signed_in=answer.signed_in)
    found: list[Json] = answer.json["collections"]
    return found


async def made(owner: Person, *members: Person, **more: Any) -> int:
    draft = CollectionDraft(**{"name": "People", **more})
    return await collections.create(owner.id, draft, [member.id for member in members])


async def test_a_collection_with_everything(api: Api) -> None:
    alice, bob, carol = await make.person("alice"), await featurable("bob"), await featurable("carol")
    sent = {
        "name": "Birds",
        "description": "Who watches birds",
        "language": "en",
        "sensitive": False,
        "discoverable": True,
        "tag_name": "#BirdWatching",
        "account_ids": [str(bob.id), str(carol.id), str(bob.id)],
    }
    shown = one(await api.post(PATH, by=alice, json=sent))
    assert (shown["name"], shown["description"], shown["language"]) == ("Birds", "Who watches birds", "en")
    assert shown["tag"] == {"name": "birdwatching", "url": "https://echo.test/tags/birdwatching"}
    assert (shown["account_id"], shown["local"], shown["item_count"]) == (str(alice.id), True, 2)
    assert [item["account_id"] for item in shown["items"]] == [str(bob.id), str(carol.id)]
    assert {item["state"] for item in shown["items"]} == {"accepted"}

    answer = await api.get(f"{PATH}/{shown['id']}")
    whole = answer.one("CollectionWithAccounts")
    assert whole["collection"] == shown
    assert [person["acct"] for person in whole["accounts"]] == ["alice", "bob", "carol"]


async def test_the_least_that_a_collection_needs(api: Api) -> None:
    alice = await make.person()
    shown = one(await api.post(PATH, by=alice, form={"name": " Few "}))
    assert (shown["name"], shown["description"], shown["items"]) == ("Few", "", [])
    assert (shown["tag"], shown["language"], shown["item_count"]) == (None, None, 0)
    assert (shown["discoverable"], shown["sensitive"]) == (True, False)


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"name": " "}, "name", "ERR_BLANK"),
        ({"name": "x" * 41}, "name", "ERR_TOO_LONG"),
        ({"description": "x" * 101}, "description", "ERR_TOO_LONG"),
        ({"language": "klingon!"}, "language", "ERR_INVALID"),
        ({"tag_name": "no tag"}, "tag_name", "ERR_INVALID"),
    ],
)
async def test_reasons_are_told_by_field(api: Api, wrong: dict[str, str], field: str, code: str) -> None:
    alice = await make.person()
    answer = await api.post(PATH, by=alice, expect=422, form={"name": "Good"} | wrong)
    answer.one("ValidationError")
    assert answer.json["details"][field][0]["error"] == code
    known = await made(alice)
    answer = await api.patch(f"{PATH}/{known}", by=alice, expect=422, form=wrong)
    assert answer.json["details"][field][0]["error"] == code


async def test_who_may_be_put_in(api: Api) -> None:
    alice, shy, bob = await make.person("alice"), await make.person("shy"), await featurable("bob")
    zoe = await make.stranger("zoe", discoverable=True)
    blocker = await featurable("blocker")
    await blocks.block(blocker.id, alice.id)
    for wrong in (shy.id, zoe.id, blocker.id):
        await api.post(PATH, by=alice, expect=403, json={"name": "x", "account_ids": [str(wrong)]})
    await api.post(PATH, by=alice, expect=404, json={"name": "x", "account_ids": ["1"]})
    assert await Collection.all().count() == 0

    known = await made(alice)
    items = f"{PATH}/{known}/items"
    for wrong in (shy.id, zoe.id, blocker.id):
        await api.post(items, by=alice, expect=403, form={"account_id": wrong})
    await api.post(items, by=alice, expect=404, form={"account_id": 1})
    await api.post(items, by=alice, expect=422)
    item = one(
        await api.post(items, by=alice, form={"account_id": bob.id}), "collection_item", "CollectionItem"
    )
    assert (item["account_id"], item["state"]) == (str(bob.id), "accepted")
    await api.post(items, by=alice, expect=422, form={"account_id": bob.id})


async def test_accounts_say_whether_they_can_be_put_in(api: Api) -> None:
    shy, bob, locked = await make.person(), await featurable(), await featurable(locked=True)
    zoe = await make.stranger(discoverable=True)
    told = {}
    for person in (shy, bob, locked, zoe):
        approval = (await api.get(f"/api/v1/accounts/{person.id}", by=shy)).one("Account")["feature_approval"]
        told[person.id] = (approval["automatic"], approval["manual"], approval["current_user"])
    assert told == {
        shy.id: ([], [], "denied"),
        bob.id: (["public"], [], "automatic"),
        locked.id: (["followers"], [], "automatic"),
        zoe.id: ([], [], "denied"),
    }


async def test_changing_and_deleting(api: Api) -> None:
    alice, bob, eve = await make.person(), await featurable(), await make.person()
    known = await made(alice, bob, description="old", tag_name="cats")
    path = f"{PATH}/{known}"
    shown = one(await api.put(path, by=alice, json={"name": "New", "description": "", "tag_name": ""}))
    assert (shown["name"], shown["description"], shown["tag"]) == ("New", "", None)
    assert shown["updated_at"] > shown["created_at"]
    again = one(await api.patch(f"{path}/", by=alice, form={"name": "New"}))
    assert again["updated_at"] == shown["updated_at"]
    assert again["item_count"] == 1

    item = again["items"][0]["id"]
    for method, place in (
        ("PUT", path),
        ("DELETE", path),
        ("POST", f"{path}/items"),
        ("DELETE", f"{path}/items/{item}"),
    ):
        await api.ask(method, place, by=eve, expect=404, form={"name": "Mine", "account_id": str(bob.id)})
    assert (await api.delete(f"{path}/items/{item}", by=alice)).json == {}
    await api.delete(f"{path}/items/{item}", by=alice, expect=404)
    assert (await api.delete(path, by=alice)).json == {}
    await api.get(path, expect=404)
    await api.delete(path, by=alice, expect=404)
    assert await CollectionItem.all().count() == 0


async def test_who_is_in_one_may_withdraw_for_good(api: Api) -> None:
    alice, bob, carol = await make.person(), await featurable(), await featurable()
    known = await made(alice, bob, carol)
    path = f"{PATH}/{known}"
    mine, hers = (await api.get(path)).json["collection"]["items"]
    await api.post(f"{path}/items/{mine['id']}/revoke", by=alice, expect=404)
    await api.post(f"{path}/items/{hers['id']}/revoke", by=bob, expect=404)
    for _ in range(2):
        assert (await api.post(f"{path}/items/{mine['id']}/revoke", by=bob)).json == {}
    for caller in (None, alice):
        shown = (await api.get(path, by=caller)).one("CollectionWithAccounts")
        assert [item["account_id"] for item in shown["collection"]["items"]] == [str(carol.id)]
        assert (shown["collection"]["item_count"], len(shown["accounts"])) == (1, 2)
    await api.delete(f"{path}/items/{mine['id']}", by=alice, expect=404)
    await api.post(f"{path}/items", by=alice, expect=422, form={"account_id": bob.id})


async def test_scopes(api: Api) -> None:
    alice, bob = await make.person(), await featurable()
    known = await made(alice, bob)
    reader = await make.with_scopes(alice, "read", "write:lists")
    path = f"{PATH}/{known}"
    for method, place in (
        ("POST", PATH),
        ("PUT", path),
        ("DELETE", path),
        ("POST", f"{path}/items"),
        ("DELETE", f"{path}/items/1"),
        ("POST", f"{path}/items/1/revoke"),
    ):
        await api.ask(method, place, by=reader, expect=403)
        await api.ask(method, place, expect=401)
    writer = await make.with_scopes(alice, "write", "read:lists")
    await api.get(path, by=writer, expect=403)
    await api.get(f"/api/v1/accounts/{alice.id}/collections", by=writer, expect=403)
    await api.get(f"/api/v1/accounts/{alice.id}/in_collections", by=writer, expect=403)


async def test_limits(api: Api) -> None:
    alice = await make.person()
    members = [await featurable() for _ in range(26)]
    sent = {"name": "x", "account_ids": [str(member.id) for member in members]}
    await api.post(PATH, by=alice, expect=422, json=sent)
    full = one(await api.post(PATH, by=alice, json=sent | {"account_ids": sent["account_ids"][:25]}))
    assert full["item_count"] == 25
    await api.post(f"{PATH}/{full['id']}/items", by=alice, expect=422, form={"account_id": members[25].id})
    for _ in range(9):
        await made(alice)
    await api.post(PATH, by=alice, expect=422, form={"name": "one too many"})
    await api.delete(f"{PATH}/{full['id']}", by=alice)
    await api.post(PATH, by=alice, form={"name": "room again"})
    own = (await api.get("/api/v1/accounts/verify_credentials", by=alice)).json
    assert own["role"]["collection_limit"] == MOST


async def test_the_collections_of_somebody(api: Api) -> None:
    alice = await make.person()
    ids = [await made(alice, name=f"c{number}") for number in range(3)]
    hidden = await made(alice, discoverable=False)
    path = f"/api/v1/accounts/{alice.id}/collections"
    assert [int(one["id"]) for one in many(await api.get(path))] == ids[::-1]
    mine = many(await api.get(path, by=alice))
    assert [int(one["id"]) for one in mine] == [hidden, *ids[::-1]]
    await api.get(f"{PATH}/{hidden}")  # for those who know where it is

    first = await api.get(path, query={"limit": 2})
    assert [int(one["id"]) for one in many(first)] == [ids[2], ids[1]]
    assert (list(first.links), first.link("next")) == (["next"], {"limit": ["2"], "offset": ["2"]})
    second = await api.follow_link(first, "next")
    assert [int(one["id"]) for one in many(second)] == [ids[0]]
    assert (list(second.links), second.link("prev")) == (["prev"], {"limit": ["2"], "offset": ["0"]})
    await api.get("/api/v1/accounts/1/collections", expect=404)

    eve = await make.person()
    await blocks.block(alice.id, eve.id)
    assert many(await api.get(path, by=eve)) == []
    await api.get(f"{PATH}/{ids[0]}", by=eve, expect=404)


async def test_the_collections_that_one_is_in(api: Api) -> None:
    alice, bob = await make.person(), await featurable()
    known = await made(alice, bob, discoverable=False)
    await made(alice)
    path = f"/api/v1/accounts/{bob.id}/in_collections"
    assert [int(one["id"]) for one in many(await api.get(path, by=bob))] == [known]
    await api.get(path, by=alice, expect=403)
    await api.get(path, expect=401)


async def test_blocked_and_deleted_people_are_not_shown(api: Api, runtime: Runtime) -> None:
    alice, bob, carol, eve = await make.person(), await featurable(), await featurable(), await make.person()
    known = await made(alice, bob, carol)
    path = f"{PATH}/{known}"
    await blocks.block(eve.id, bob.id)
    shown = (await api.get(path, by=eve)).one("CollectionWithAccounts")
    assert [item["account_id"] for item in shown["collection"]["items"]] == [str(carol.id)]
    await accounts.delete_local(carol.id)
    assert len((await api.get(path)).json["collection"]["items"]) == 1
    await accounts.delete_local(alice.id)
    await api.get(path, expect=404)
    assert await Account.filter(deleted_at=None).count() >= 2


async def test_the_older_name_still_works(api: Api) -> None:
    alice, bob = await make.person(), await featurable()
    answer = await api.post("/api/v1_alpha/collections", by=alice, form={"name": "x"})
    assert answer.headers["Deprecation"].startswith("@17")
    known = one(answer)["id"]
    await api.post(f"/api/v1_alpha/collections/{known}/items", by=alice, form={"account_id": bob.id})
    old = await api.get(f"/api/v1_alpha/collections/{known}")
    new = await api.get(f"{PATH}/{known}")
    assert old.json == new.json
    assert "Deprecation" not in new.headers
    listed = await api.get(f"/api/v1_alpha/accounts/{alice.id}/collections", query={"limit": 1})
    assert len(many(listed)) == 1


async def test_a_report_may_name_collections(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    theirs, other = await made(bob), await made(alice)
    sent = {"account_id": str(bob.id), "collection_ids": [str(theirs)]}
    report = (await api.post("/api/v1/reports", by=alice, json=sent)).one("Report")
    assert report["collection_ids"] == [str(theirs)]
    sent["collection_ids"] = [str(theirs), str(other)]
    await api.post("/api/v1/reports", by=alice, expect=404, json=sent)


async def test_the_page(client: Client) -> None:
    alice, bob = await make.person("alice"), await featurable("bob")
    known = await made(alice, bob, name="<Birds>", description="& more")
    answer = await client.get(f"/collections/{known}")
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "&lt;Birds&gt;" in html
    assert "@bob" in html
    assert "alice" in html
    for wrong in ("1", "x"):
        assert (await client.get(f"/collections/{wrong}")).status_code == 404


async def test_a_whole_life_under_the_older_name(api: Api) -> None:
    alice, bob = await make.person(), await featurable()
    known = await made(alice, bob)
    mine = await api.get(f"/api/v1_alpha/accounts/{bob.id}/in_collections", by=bob)
    (item,) = many(mine)[0]["items"]
    await api.put(f"/api/v1_alpha/collections/{known}", by=alice, form={"name": "a"})
    renamed = await api.patch(f"/api/v1_alpha/collections/{known}", by=alice, form={"name": "b"})
    assert one(renamed)["name"] == "b"
    await api.post(f"/api/v1_alpha/collections/{known}/items/{item['id']}/revoke", by=bob)
    await api.delete(f"/api/v1_alpha/collections/{known}/items/{item['id']}", by=alice, expect=404)
    await api.delete(f"/api/v1_alpha/collections/{known}", by=alice)
    await api.get(f"{PATH}/{known}", expect=404)


async def test_who_is_put_in_is_told_and_of_changes_too(api: Api) -> None:
    alice, bob = await make.person("alice"), await featurable("bob")
    known = await made(alice, bob, description="birds")
    (told,) = (await api.get("/api/v1/notifications", by=bob)).many("Notification")
    assert (told["type"], told["account"]["acct"]) == ("added_to_collection", "alice")
    assert (told["collection"]["id"], told["collection"]["description"]) == (str(known), "birds")
    await api.patch(f"{PATH}/{known}", by=alice, form={"sensitive": "true"})
    await api.patch(f"{PATH}/{known}", by=alice, form={"name": "Fish"})
    newest, _ = (await api.get("/api/v1/notifications", by=bob)).many("Notification")
    assert (newest["type"], newest["collection"]["name"]) == ("collection_update", "Fish")
    await api.delete(f"{PATH}/{known}", by=alice)
    assert (await api.get("/api/v1/notifications", by=bob)).json == []
