"""Posts through the client API."""

from __future__ import annotations

from quart.typing import TestClientProtocol as Client

from echo.kinds import Visibility
from tests import make


async def test_a_post_is_answered_as_it_is_read(client: Client) -> None:
    alice = await make.person("alice")
    made = await client.post(
        "/api/v1/statuses", form={"status": "Hello #World", "visibility": "public"}, headers=alice.headers
    )
    assert made.status_code == 200, await made.get_data()
    status = await made.get_json()
    assert status["account"]["acct"] == "alice"
    assert status["visibility"] == "public"
    assert status["tags"] == [{"name": "world", "url": "https://echo.test/tags/world"}]
    read = await client.get(f"/api/v1/statuses/{status['id']}", headers=alice.headers)
    assert await read.get_json() == status | {
        "account": (await read.get_json())["account"],
    }


async def test_an_idempotency_key_posts_once(client: Client) -> None:
    alice = await make.person()
    headers = alice.headers | {"Idempotency-Key": "once"}
    first = await client.post("/api/v1/statuses", form={"status": "same"}, headers=headers)
    second = await client.post("/api/v1/statuses", form={"status": "same"}, headers=headers)
    assert (await first.get_json())["id"] == (await second.get_json())["id"]


async def test_a_direct_post_is_not_told_from_an_unknown_one(client: Client) -> None:
    alice, bob = await make.person(), await make.person()
    secret = await make.post(alice, "secret", visibility=Visibility.DIRECT)
    hidden = await client.get(f"/api/v1/statuses/{secret.id}", headers=bob.headers)
    unknown = await client.get("/api/v1/statuses/123456", headers=bob.headers)
    assert hidden.status_code == unknown.status_code == 404
    assert await hidden.get_data() == await unknown.get_data()


async def test_deleting_answers_the_source(client: Client) -> None:
    alice = await make.person()
    post = await make.post(alice, "write me *again*")
    gone = await client.delete(f"/api/v1/statuses/{post.id}", headers=alice.headers)
    document = await gone.get_json()
    assert document["text"] == "write me *again*"
    assert "content" not in document
    assert (await client.get(f"/api/v1/statuses/{post.id}")).status_code == 404


async def test_a_boost_has_an_id_of_its_own(client: Client) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    boost = await (await client.post(f"/api/v1/statuses/{post.id}/reblog", headers=bob.headers)).get_json()
    assert boost["id"] != str(post.id)
    assert boost["reblog"]["id"] == str(post.id)
    assert boost["reblog"]["reblogs_count"] == 1
    again = await (await client.post(f"/api/v1/statuses/{post.id}/reblog", headers=bob.headers)).get_json()
    assert again["id"] == boost["id"]
    back = await (await client.post(f"/api/v1/statuses/{post.id}/unreblog", headers=bob.headers)).get_json()
    assert (back["id"], back["reblogs_count"], back["reblogged"]) == (str(post.id), 0, False)


async def test_a_thread_is_in_order(client: Client) -> None:
    alice, bob = await make.person(), await make.person()
    root = await make.post(alice, "root")
    stranger = await make.post(bob, "other answer", reply_to=root.id)
    own = await make.post(alice, "continued", reply_to=root.id)
    deeper = await make.post(bob, "deeper", reply_to=own.id)
    context = await (await client.get(f"/api/v1/statuses/{root.id}/context")).get_json()
    assert [s["id"] for s in context["descendants"]] == [str(own.id), str(deeper.id), str(stranger.id)]
    above = await (await client.get(f"/api/v1/statuses/{deeper.id}/context")).get_json()
    assert [s["id"] for s in above["ancestors"]] == [str(root.id), str(own.id)]


async def test_an_edit_changes_what_boosts_show(client: Client) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "frist")
    boost = await (await client.post(f"/api/v1/statuses/{post.id}/reblog", headers=bob.headers)).get_json()
    edited = await client.put(f"/api/v1/statuses/{post.id}", json={"status": "first"}, headers=alice.headers)
    assert (await edited.get_json())["edited_at"] is not None
    shown = await (await client.get(f"/api/v1/statuses/{boost['id']}")).get_json()
    assert shown["reblog"]["content"] == shown["content"] == "<p>first</p>"
