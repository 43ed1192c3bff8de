"""Chats between two by Pleroma's routes, field by field as its apps read them."""

from __future__ import annotations

from typing import Any

from echo import db
from echo.actions import blocks, follows
from tests import make, structure
from tests.api.asking import Api

BASE = "/api/v1/pleroma/chats"
CHAT = {"id", "account", "unread", "last_message", "updated_at"}
MESSAGE = {
    *("id", "content", "chat_id", "account_id", "created_at", "emojis", "attachment", "unread", "card"),
}


def chat_of(document: Any) -> Any:
    assert set(document) == CHAT
    structure.validate("Account", document["account"], signed_in=True)
    if document["last_message"] is not None:
        message_of(document["last_message"])
    return document


def message_of(document: Any) -> Any:
    assert set(document) - {"idempotency_key"} == MESSAGE
    return document


async def test_the_routes_of_pleroma(api: Api) -> None:
    alice, bob, eve = await make.person("alice"), await make.person("bob"), await make.person("eve")
    assert (
        "pleroma_chat_messages" in (await api.get("/api/v1/instance")).json["pleroma"]["metadata"]["features"]
    )
    chat = chat_of((await api.post(f"{BASE}/by-account-id/{bob.id}", by=alice)).json)
    assert (chat["account"]["acct"], chat["unread"], chat["last_message"]) == ("bob", 0, None)
    assert (await api.post(f"{BASE}/by-account-id/{alice.id}", by=bob)).json["id"] == chat["id"]
    path, image = f"{BASE}/{chat['id']}", await make.image(alice)
    body = {"content": "hello <b>", "media_id": str(image.id)}
    key = {"Idempotency-Key": "one"}
    sent = message_of((await api.ask("POST", f"{path}/messages", by=alice, json=body, headers=key)).json)
    assert (sent["content"], sent["idempotency_key"], sent["unread"]) == (
        "<p>hello &lt;b&gt;</p>",
        "one",
        False,
    )
    assert (sent["attachment"]["id"], sent["card"]) == (str(image.id), None)
    again = (await api.ask("POST", f"{path}/messages", by=alice, json=body, headers=key)).json
    assert again["id"] == sent["id"]
    more = [(await api.post(f"{path}/messages", by=alice, json={"content": str(n)})).json for n in range(3)]
    listed = [chat_of(one) for one in (await api.get(BASE, by=bob)).json]
    assert [(one["unread"], one["last_message"]["id"]) for one in listed] == [(4, more[-1]["id"])]
    paged = await api.get("/api/v2/pleroma/chats", by=bob, query={"limit": 1})
    assert [one["id"] for one in paged.json] == [chat["id"]]
    page = await api.get(f"{path}/messages", by=bob, query={"limit": 2})
    assert [message_of(one)["id"] for one in page.json] == [more[2]["id"], more[1]["id"]]
    rest = await api.get(f"{path}/messages", by=bob, query={"max_id": page.link("next")["max_id"][0]})
    assert [one["id"] for one in rest.json] == [more[0]["id"], sent["id"]]
    above = await api.get(f"{path}/messages", by=bob, query={"min_id": sent["id"], "limit": 1})
    assert [one["id"] for one in above.json] == [more[0]["id"]]
    newest = await api.get(f"{path}/messages", by=bob, query={"since_id": more[1]["id"]})
    assert [one["id"] for one in newest.json] == [more[2]["id"]]
    assert (await api.post(f"{path}/messages/{sent['id']}/read", by=bob)).json["unread"] is False
    read = chat_of((await api.post(f"{path}/read", by=bob, json={"last_read_id": more[1]["id"]})).json)
    assert read["unread"] == 1
    assert chat_of((await api.get(path, by=bob)).json)["last_message"]["unread"] is True
    # What the other said goes off one's own view alone.
    off = await api.delete(f"{path}/messages/{more[1]['id']}", by=bob)
    assert message_of(off.json)["content"] == "<p>1</p>"
    for reader, count in ((bob, 3), (alice, 4)):
        assert len((await api.get(f"{path}/messages", by=reader)).json) == count
    gone = await api.delete(f"{path}/messages/{more[2]['id']}", by=alice)
    assert message_of(gone.json)["content"] == "<p>2</p>"
    await api.get(path, by=eve, expect=404)
    await api.delete(path, by=bob)
    assert (await api.get(BASE, by=bob)).json == []
    await blocks.mute(alice.id, bob.id)
    assert (await api.get(BASE, by=alice)).json == []
    assert len((await api.get(BASE, by=alice, query={"with_muted": "true"})).json) == 1
    group = (await api.post("/api/v1/echo/chats", by=alice, json={"name": "Tea"})).json
    assert (await api.get(f"/api/v1/echo/chats/{group['id']}/waiting", by=alice)).json == []
    await api.get(f"/api/v1/echo/chats/{group['id']}/waiting", by=eve, expect=404)
    nothing, number = "1", group["id"]
    await api.delete(f"/api/v1/echo/chats/{number}/waiting/{nothing}", by=alice, expect=404)
    await api.get(f"{BASE}/{group['id']}", by=alice, expect=404)
    await api.get(f"{BASE}/{group['id']}/messages", by=alice, expect=404)


MENTION, SAID = "mention", "pleroma:chat_mention"


async def test_messages_are_told_of(api: Api) -> None:
    """Apps of Mastodon hear of a mention, those that ask of the message; in a muted chat nobody does."""
    alice, bob, eve = await make.person("alice"), await make.person("bob"), await make.person("eve")
    echo = "/api/v1/echo/chats"
    await follows.follow(bob.id, alice.id)
    for one in (alice, bob, eve):
        await api.ask("PATCH", f"{echo}/preferences", by=one, json={"ask_first": False})

    async def told(*types: str) -> list[dict[str, Any]]:
        answer = await api.get("/api/v1/notifications", by=bob, query={"types": list(types)} if types else {})
        return answer.many("Notification")

    chat = (await api.post(f"{BASE}/by-account-id/{bob.id}", by=alice)).json
    path = f"{BASE}/{chat['id']}/messages"
    sent = (await api.post(path, by=alice, json={"content": "hello"})).json
    assert [one["type"] for one in await told()] == [MENTION]
    # An app that knows both hears once.
    [one] = await told(MENTION, SAID)
    assert (one["type"], one["account"]["acct"]) == (SAID, "alice")
    assert message_of(one["chat_message"]) | {"unread": True} == one["chat_message"]
    assert (one["chat_message"]["id"], one["chat_message"]["chat_id"]) == (sent["id"], chat["id"])
    groups = (await api.get("/api/v2/notifications", by=bob, query={"types": [SAID]})).json
    assert message_of(groups["notification_groups"][0]["chat_message"])["id"] == sent["id"]
    await api.post(f"{echo}/{chat['id']}/mute", by=bob)
    await api.post(path, by=alice, json={"content": "are you there?"})
    assert len(await told()) == len(await told(SAID)) == 1
    await api.delete(f"{path}/{sent['id']}", by=alice)
    assert await told() == await told(SAID) == []

    body = {"name": "Tea", "account_ids": [str(bob.id), str(eve.id)]}
    tea = f"{echo}/{(await api.post(echo, by=alice, json=body)).json['id']}"
    for one_of in (bob, eve):
        await api.post(f"{tea}/accept", by=one_of)
    await api.post(f"{tea}/messages", by=alice, json={"text": "hello all, and @bobby"})
    await api.post(f"{tea}/messages", by=bob, json={"text": "I am @bob"})
    named = (await api.post(f"{tea}/messages", by=alice, json={"text": "hello @Bob@echo.test"})).json
    assert await told() == []
    assert [one["chat_message"]["id"] for one in await told(SAID)] == [named["id"]]
    await api.post(f"{tea}/mute", by=bob)
    await api.post(f"{tea}/messages", by=eve, json={"text": "@bob?"})
    assert len(await told(SAID)) == 1
    assert await db.fetch_value("SELECT count(*) FROM notifications WHERE account_id = $1", eve.id) == 0


async def test_what_is_said_to_a_partner_is_in_the_chat(api: Api) -> None:
    """Whoever writes posts alone begins anew with each; conversations and chats show the same."""
    alice, bob, eve = await make.person("alice"), await make.person("bob"), await make.person("eve")

    async def say(by: make.Person, text: str, **more: Any) -> str:
        body = {"status": text, "visibility": "direct", **more}
        return str((await api.post("/api/v1/statuses", by=by, json=body)).json["id"])

    before = await say(bob, "@alice before there was a chat")
    chat = (await api.post(f"{BASE}/by-account-id/{bob.id}", by=alice)).json
    path = f"/api/v1/echo/chats/{chat['id']}/messages"
    first = (await api.post(path, by=alice, json={"text": "hello"})).json["status_id"]
    joined = await say(bob, "@alice a new post")
    await say(bob, "@alice @eve for two")
    await say(bob, "@alice about that other post", in_reply_to_id=before)
    public = (await api.post("/api/v1/statuses", by=alice, json={"status": "all"})).json["id"]
    await say(bob, "@alice about what you said to all", in_reply_to_id=public)
    assert [one["status_id"] for one in (await api.get(path, by=alice)).json] == [first, joined]
    talks = (await api.get("/api/v1/conversations", by=alice)).json
    assert joined in {talk["last_status"]["id"] for talk in talks}
    context = (await api.get(f"/api/v1/statuses/{joined}/context", by=alice)).json
    assert [post["id"] for post in context["ancestors"]] == [first]
    assert (await api.get(BASE, by=eve)).json == []
