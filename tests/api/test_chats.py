"""Chats, as apps ask for them: docs/api/chat.md"""

from __future__ import annotations

import io

from werkzeug.datastructures import FileStorage

from echo import db
from echo.actions import chat_rebuilding, uploads
from echo.actions.uploads import Incoming
from echo.kinds import Role
from echo.models import Media
from echo.search import filling
from echo.store import search_messages
from echo.text.search_query import parse
from tests import make
from tests.api.asking import Api, Json
from tests.make import Person
from tests.media import pictures

BASE = "/api/v1/echo/chats"


async def picture(owner: Person) -> Media:
    content = pictures.png(40, 30)
    return await uploads.upload(owner.id, Incoming(file=io.BytesIO(content), size_bytes=len(content)))


async def say(api: Api, by: Person, chat_id: str, text: str, **more: object) -> Json:
    return (await api.post(f"{BASE}/{chat_id}/messages", by=by, json={"text": text, **more})).json


async def test_a_chat_between_two(api: Api) -> None:
    alice, bob, eve = await make.person("alice"), await make.person("bob"), await make.person("eve")
    await make.follow(bob, alice)
    await make.follow(alice, bob)
    assert [one["acct"] for one in (await api.get(f"{BASE}/friends", by=alice)).json] == ["bob"]
    chat = (await api.post(BASE, by=alice, json={"account_id": str(bob.id)})).json
    assert (chat["kind"], chat["federation"], chat["account"]["acct"]) == ("direct", "local", "bob")
    path, image = f"{BASE}/{chat['id']}", await picture(alice)
    key = {"Idempotency-Key": "one"}
    body = {"text": "hello", "media_ids": [str(image.id)]}
    first = (await api.ask("POST", f"{path}/messages", by=alice, json=body, headers=key)).json
    again = (await api.ask("POST", f"{path}/messages", by=alice, json=body, headers=key)).json
    assert (again["seq"], first["idempotency_key"]) == (first["seq"], "one")
    assert (first["content"], len(first["media_attachments"])) == ("<p>hello</p>", 1)
    assert first["state"] == {"name": "accepted", "reason": None}
    # The other side sees it in conversations, and reads it in the chat.
    assert (await api.get("/api/v1/conversations", by=bob)).many("Conversation")[0]["last_status"]["id"] == (
        first["status_id"]
    )
    listed = (await api.get(BASE, by=bob)).json
    assert [(one["unread_count"], one["last_message"]["state"]) for one in listed] == [(1, None)]
    await api.post(f"{path}/delivered", by=bob)
    message = f"{path}/messages/{first['seq']}"
    assert (await api.get(message, by=alice)).json["state"]["name"] == "delivered"
    assert (await api.post(f"{path}/read", by=bob, json={"seq": first["seq"]})).json["unread_count"] == 0
    assert (await api.get(message, by=alice)).json["state"]["name"] == "read"
    assert (await api.get(f"{message}/receipts", by=alice)).json["read"] == [str(bob.id)]
    await api.get(f"{message}/receipts", by=bob, expect=404)
    await api.patch(f"{BASE}/preferences", by=bob, json={"share_read": False})
    assert (await api.get(message, by=alice)).json["state"]["name"] == "delivered"
    await api.put(f"{message}/reactions/🎉", by=bob)
    shown = (await api.post(f"{message}/pin", by=bob)).json
    assert [(one["name"], one["count"], one["me"]) for one in shown["reactions"]] == [("🎉", 1, True)]
    assert [one["seq"] for one in (await api.get(f"{path}/pins", by=alice)).json] == [first["seq"]]
    shown = (await api.delete(f"{BASE}/{chat['id']}/messages/{first['seq']}/reactions/🎉", by=bob)).json
    assert shown["reactions"] == []
    await api.post(f"{BASE}/{chat['id']}/messages/{first['seq']}/unpin", by=bob)
    second = await say(api, bob, chat["id"], "well, 100%", reply_to_seq=first["seq"])
    assert second["reply_to_seq"] == first["seq"]
    found = (await api.get(f"{BASE}/search", by=alice, query={"q": "100%"})).json
    assert [one["seq"] for one in found] == [second["seq"]]
    assert (await api.get(f"{BASE}/search", by=alice, query={"q": "00"})).json == []
    edited = (await api.patch(message, by=alice, json={"text": "goodbye"})).json
    assert (edited["text"], edited["edited_at"] is None, len(edited["media_attachments"])) == (
        "goodbye",
        False,
        1,
    )
    for before, after, seqs in ((None, None, [3, 8]), (8, None, [3]), (None, 3, [8])):
        query = {name: value for name, value in (("before", before), ("after", after)) if value}
        page = (await api.get(f"{path}/messages", by=alice, query=query)).json
        assert [one["seq"] for one in page] == seqs
    # Deleted for oneself it is there for the other.
    await api.post(f"{path}/messages/{second['seq']}/pin", by=bob)
    hidden = (await api.post(f"{path}/messages/{second['seq']}/hide", by=alice)).json
    assert (hidden["text"], hidden["deleted_at"] is None, hidden["pinned_at"]) == ("", False, None)
    await api.post(f"{path}/messages/{second['seq']}/hide", by=alice, expect=404)
    await api.post(f"{path}/messages/{second['seq']}/hide", by=eve, expect=404)
    for reader, left in ((alice, []), (bob, [second["seq"]])):
        listed = (await api.get(BASE, by=reader)).json[0]["last_message"]["seq"]
        assert listed == (left or [first["seq"]])[0]
        found = (await api.get(f"{BASE}/search", by=reader, query={"q": "well"})).json
        assert [one["seq"] for one in found] == left
        assert [one["seq"] for one in (await api.get(f"{path}/pins", by=reader)).json] == left
        page = (await api.get(f"{path}/messages", by=reader)).json
        assert [one["seq"] for one in page] == [first["seq"], *left]
        told = (await api.get(f"{path}/events", by=reader, query={"after": second["seq"] - 1})).json[0]
        assert (told["kind"], told["message"]["text"]) == ("created", "well, 100%" if left else "")
    assert (await chat_rebuilding.rebuild(int(chat["id"]))).changed is False
    await api.get(f"{path}/messages/{second['seq']}", by=alice, expect=404)
    assert (await api.get(f"{path}/messages/{second['seq']}", by=bob)).json["text"] == "well, 100%"
    await api.delete(message, by=bob, expect=403)
    gone = (await api.delete(message, by=alice)).json
    assert (gone["text"], gone["deleted_at"] is None, gone["media_attachments"]) == ("", False, [])
    events = (await api.get(f"{path}/events", by=bob)).json
    assert [event["seq"] for event in events] == list(range(2, 12))
    assert events[1]["message"]["text"] == "", "as things are today"
    for method, tail in (("GET", ""), ("GET", "/messages"), ("GET", "/events"), ("GET", "/members")):
        await api.ask(method, path + tail, by=eve, expect=404)
    await api.post(f"{path}/messages", by=eve, json={"text": "?"}, expect=404)
    await api.post(f"{path}/leave", by=bob)
    assert (await api.get(BASE, by=bob)).json == []
    await say(api, alice, chat["id"], "are you there?")
    muted = (await api.post(f"{path}/mute", by=bob, json={"duration": 60})).json
    assert muted["me"]["muted_until"] is not None
    assert (await api.post(f"{path}/unmute", by=bob)).json["me"]["muted_until"] is None
    assert len((await api.get(BASE, by=bob)).json) == 1


async def test_strangers_wait_and_moderators_see_what_is_reported(api: Api) -> None:
    alice, eve = await make.person("alice"), await make.person("eve")
    moderator = await make.person("moderator", role=Role.MODERATOR)
    chat = (await api.post(BASE, by=eve, json={"account_id": str(alice.id)})).json
    messages = [await say(api, eve, chat["id"], f"buy {number}") for number in range(8)]
    assert (await api.get(BASE, by=alice)).json == []
    waiting = (await api.get(BASE, by=alice, query={"requests": "true"})).json
    assert [one["id"] for one in waiting] == [chat["id"]]
    path = f"{BASE}/{chat['id']}"
    await api.post(f"{path}/read", by=alice)
    shown = (await api.get(f"{path}/messages/{messages[-1]['seq']}", by=eve)).json
    assert shown["state"]["name"] == "accepted", "who has not let somebody in tells them nothing"
    report = await api.post(
        f"{path}/report", by=alice, json={"seqs": [messages[-1]["seq"]], "comment": "spam"}
    )
    assert report.one("Report")["target_account"]["acct"] == "eve"
    await api.post(f"{path}/report", by=eve, json={"seqs": [messages[0]["seq"]]}, expect=404)
    admin = f"/api/v1/echo/admin/reports/{report.json['id']}/chat"
    token = await make.with_scopes(moderator, "admin:read")
    assert [one["text"] for one in (await api.get(admin, by=token)).json] == [
        f"buy {number}" for number in range(2, 8)
    ]
    await api.get(admin, by=await make.with_scopes(alice, "admin:read"), expect=403)
    await api.post(f"{path}/refuse", by=alice)
    await api.post(f"{path}/messages", by=eve, json={"text": "?"}, expect=403)
    await api.post(f"{path}/accept", by=alice)
    await say(api, eve, chat["id"], "thanks")
    await api.patch(f"{BASE}/preferences", by=alice, json={"who_may_write": "friends"}, expect=422)
    chosen = (await api.patch(f"{BASE}/preferences", by=alice, json={"who_may_write": "nobody"})).json
    assert (chosen["who_may_write"], chosen["share_read"]) == ("nobody", True)
    assert (await api.get(f"{BASE}/preferences", by=alice)).json == chosen
    await api.post(f"{path}/messages", by=eve, json={"text": "?"}, expect=403)


async def test_a_group(api: Api) -> None:
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.person("carol")
    for one, other in ((bob, alice), (carol, alice)):
        await make.follow(one, other)
    body = {"name": " Tea  time ", "account_ids": [str(bob.id)]}
    chat = (await api.post(BASE, by=alice, json=body)).json
    path = f"{BASE}/{chat['id']}"
    assert (chat["name"], chat["members_count"], chat["me"]["role"]) == ("Tea time", 1, "owner")
    await api.get(f"{path}/messages", by=carol, expect=404)
    assert (await api.get(BASE, by=bob)).json[0]["me"]["state"] == "invited"
    secret = await say(api, alice, chat["id"], "before bob")
    assert (await api.get(f"{path}/messages", by=bob)).json == []
    await api.post(f"{path}/accept", by=bob)
    await api.get(f"{path}/messages/{secret['seq']}", by=bob, expect=404)
    said = await say(api, bob, chat["id"], "hello")
    assert (await api.get(f"{path}/messages", by=bob)).json[0]["id"] == said["id"]
    assert said["status_id"] is None
    await api.post(f"{path}/link", by=bob, expect=403)
    token = (await api.post(f"{path}/link", by=alice)).json["token"]
    assert (await api.get(path, by=alice)).json["join_token"] == token
    assert (await api.get(path, by=bob)).json["join_token"] is None
    await api.post(f"{BASE}/join", by=carol, json={"token": f"https://far.test/{token}"}, expect=422)
    link = (await api.post(f"{path}/link", by=alice)).json["url"]
    assert (await api.post(f"{BASE}/join", by=carol, json={"token": link})).json["me"]["role"] == "member"
    token = link.rpartition("/")[2]
    members = (await api.get(f"{path}/members", by=carol)).json
    assert [one["account"]["acct"] for one in members] == ["alice", "bob", "carol"]
    member = f"{path}/members/{bob.id}"
    assert (await api.patch(member, by=alice, json={"role": "admin"})).json[1]["role"] == "admin"
    renamed = await api.patch(path, by=bob, json={"name": "Coffee"})
    assert renamed.json["name"] == "Coffee"
    files = {"avatar": FileStorage(io.BytesIO(pictures.png(40, 30)), filename="a.png")}
    assert (await api.patch(path, by=bob, files=files)).json["avatar"].startswith("https://")
    await api.delete(f"{path}/members/{carol.id}", by=bob)
    assert (await api.get(f"{path}/members", by=carol)).json == []
    late = await say(api, alice, chat["id"], "she is gone")
    assert late["seq"] not in [event["seq"] for event in (await api.get(f"{path}/events", by=carol)).json]
    await api.get(f"{path}/messages/{late['seq']}", by=carol, expect=404)
    assert (await api.get(f"{BASE}/search", by=carol, query={"q": "gone"})).json == []
    members = (await api.post(f"{path}/members", by=alice, json={"account_id": str(carol.id)})).json
    assert [one["state"] for one in members] == ["active", "active", "invited"]
    assert (await api.get(f"{path}/events", by=carol)).json[-1]["kind"] == "removed", "until they come back"
    await api.post(f"{path}/refuse", by=carol)
    await api.delete(f"{path}/link", by=alice)
    await api.post(f"{BASE}/join", by=carol, json={"token": token}, expect=404)
    marks = (await api.get(f"{path}/marks", by=bob)).json
    assert {mark["account_id"] for mark in marks} == {str(alice.id), str(bob.id)}
    await api.delete(member, by=bob, expect=403)
    await api.post(f"{path}/leave", by=alice)
    assert (await api.get(path, by=bob)).json["me"]["role"] == "owner"
    counted = await db.fetch_value("SELECT count(*) FROM chat_events WHERE chat_id = $1", int(chat["id"]))
    assert counted == (await api.get(path, by=bob)).json["last_seq"]


async def test_s_m01_nobody_reads_for_others(api: Api) -> None:
    alice, bob, eve = await make.person("alice"), await make.person("bob"), await make.person("eve")
    await make.follow(alice, bob)
    await make.follow(bob, alice)
    chat = (await api.post(BASE, by=alice, json={"account_id": str(bob.id)})).json
    path, said = f"{BASE}/{chat['id']}", await say(api, alice, chat["id"], "hello")
    conversation = (await api.get("/api/v1/conversations", by=bob)).many("Conversation")[0]
    for tail in ("read", "delivered", "mute", "accept"):
        await api.post(f"{path}/{tail}", by=eve, json={"seq": said["seq"]}, expect=404)
    await api.post(f"/api/v1/pleroma/chats/{chat['id']}/read", by=eve, form={"last_read_id": "1"}, expect=404)
    await api.post(f"/api/v1/conversations/{conversation['id']}/read", by=eve, expect=404)
    # Nothing in a body makes it somebody else's mark.
    forged = {"seq": said["seq"], "account_id": str(bob.id), "member_id": str(bob.id)}
    await api.post(f"{path}/read", by=alice, json=forged)
    marks = {mark["account_id"]: mark for mark in (await api.get(f"{path}/marks", by=alice)).json}
    assert marks[str(alice.id)]["read_seq"] == said["seq"]
    assert marks[str(bob.id)]["read_seq"] < said["seq"]
    assert (await api.get(path, by=bob)).json["unread_count"] == 1
    assert (await api.get("/api/v1/conversations", by=bob)).json[0]["unread"] is True


async def test_s_m02_after_a_block_nothing_is_said_changed_or_put_under_what_was_said(api: Api) -> None:
    alice, eve = await make.person("alice"), await make.person("eve")
    await make.follow(alice, eve)
    chat = (await api.post(BASE, by=eve, json={"account_id": str(alice.id)})).json
    path = f"{BASE}/{chat['id']}"
    hers, other = await say(api, eve, chat["id"], "hello"), await say(api, alice, chat["id"], "hi")
    await api.post(f"/api/v1/accounts/{eve.id}/block", by=alice)
    last_seq = (await api.get(path, by=alice)).json["last_seq"]
    status = f"/api/v1/statuses/{hers['status_id']}"
    for method, where, body in (
        ("POST", f"{path}/messages", {"text": "now listen"}),
        ("PATCH", f"{path}/messages/{hers['seq']}", {"text": "now listen"}),
        ("PUT", status, {"status": "now listen"}),
        ("POST", f"{path}/messages/{hers['seq']}/pin", {}),
        ("PUT", f"{path}/messages/{hers['seq']}/reactions/🎉", {}),
        ("PUT", f"{status.replace('/v1/', '/v1/pleroma/')}/reactions/🎉", {}),
    ):
        await api.ask(method, where, by=eve, json=body, expect=403)
    await api.put(f"{path}/messages/{other['seq']}/reactions/🎉", by=eve, expect=404)
    assert (await api.get(path, by=alice)).json["last_seq"] == last_seq
    assert (await api.get(f"{path}/messages/{hers['seq']}", by=alice)).json["text"] == "hello"
    # What one has said oneself can be taken back.
    assert (await api.delete(f"{path}/messages/{hers['seq']}", by=eve)).json["text"] == ""


async def test_s_m02_who_has_left_a_group_changes_nothing_in_it(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    body = {"name": "Tea", "account_ids": [str(bob.id)]}
    path = f"{BASE}/{(await api.post(BASE, by=alice, json=body)).json['id']}"
    await api.post(f"{path}/accept", by=bob)
    said = (await api.post(f"{path}/messages", by=bob, json={"text": "hello"})).json
    await api.post(f"{path}/leave", by=bob)
    for method, tail in (
        ("POST", "/messages"),
        ("PATCH", f"/messages/{said['seq']}"),
        ("PUT", f"/messages/{said['seq']}/reactions/🎉"),
        ("POST", f"/messages/{said['seq']}/pin"),
        ("DELETE", f"/messages/{said['seq']}"),
        ("PATCH", ""),
    ):
        await api.ask(method, path + tail, by=bob, json={"text": "again", "name": "Mine"}, expect=403)
    kept = (await api.get(f"{path}/messages/{said['seq']}", by=alice)).json
    assert (kept["text"], kept["reactions"], kept["deleted_at"]) == ("hello", [], None)


async def test_messages_are_found_by_the_index_of_words(api: Api) -> None:
    """Of one's own chats alone: the index knows which they are."""
    alice, bob, eve = await make.person("alice"), await make.person("bob"), await make.person("eve")
    body = {"name": "Tea", "account_ids": [str(bob.id)]}
    tea = (await api.post(BASE, by=alice, json=body)).json["id"]
    await say(api, alice, tea, "京都 before he came")
    await api.post(f"{BASE}/{tea}/accept", by=bob)
    said = await say(api, alice, tea, "明日は東京都へ行きます, café")
    other = (await api.post(BASE, by=eve, json={"name": "Other"})).json["id"]
    await say(api, eve, other, "東京 café")

    async def found(words: str, **more: str) -> list[int]:
        answer = await api.get(f"{BASE}/search", by=bob, query={"q": words, **more})
        return [one["seq"] for one in answer.json]

    seq = said["seq"]
    assert [await found(q) for q in ("東京", "京都", "Cafe", "東京 -行き")] == [[seq], [seq], [seq], []]
    # The last word may be typed still; nothing stands for the chat itself, however it is typed.
    assert [await found(q) for q in ("東京 ca", "cafe", "明", "ca 東京", "ca ", '"ca"', "c", "ch", tea)] == (
        [[seq], [seq], [seq], [], [], [], [], [], []]
    )
    assert await found("café", chat_id=other) == await found("!") == []
    terms = parse("東京").terms
    asked = search_messages.query(terms, [int(tea)])
    found_rows = "SELECT count(*) FROM search_messages WHERE words @@ $1::text::tsquery"
    assert await db.fetch_value(found_rows, asked) == 1, "what others say is not looked at"
    async with db.unit_of_work():
        await db.execute("SET LOCAL enable_seqscan = off")
        plan = await db.fetch(f"EXPLAIN {search_messages.FIND}", bob.id, asked, None, 40)
    assert "search_messages_by_word" in "".join(row["QUERY PLAN"] for row in plan)
    await api.patch(f"{BASE}/{tea}/messages/{seq}", by=alice, json={"text": "something else"})
    assert [await found("東京"), await found("else")] == [[], [seq]]
    await api.delete(f"{BASE}/{tea}/messages/{seq}", by=alice)
    assert await found("else") == []
    # What was said before there was an index.
    await say(api, alice, tea, "tea at five")
    await db.execute("DELETE FROM search_messages")
    assert await filling.fill(60)
    assert len(await found("five")) == 1
