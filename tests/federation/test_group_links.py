"""People of one Echo who enter a group of another by its join link, and those who only try."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from echo import addresses, db, event_log, logs
from echo.actions import chat_groups, chat_joining, chat_messages
from echo.actions.chat_messages import MessageDraft
from echo.errors import Invalid, NotFound
from echo.kinds_of_chats import ChatRole, MemberState
from echo.models import Account, Chat, ChatMember, InboundActivity
from echo.render import chat_message
from echo.render.chat_entities import WaitingMessage
from echo.store import chat_wishes
from echo.store import chats as store
from echo.streaming import kinds_of_chats
from federation import group_links
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.federation.peer import Peer
from tests.federation.test_followers import listed
from tests.federation.test_group_chats import found, only_group, rebuilt, texts
from tests.federation.test_group_chats import people as members
from tests.federation.test_handlers import says
from tests.fediverse import Echo, Router, settle_down
from tests.make import Person
from tests.web.browser import Browser


async def begun(name: str = "Tea") -> tuple[Person, int, str, str]:
    """A group of alice here that no other server knows: she, its number, its link and the secret of that."""
    alice = await make.person("alice")
    group = (await chat_groups.create(alice.id, name)).id
    token = await chat_groups.change_link(alice.id, group, has_one=True)
    assert token is not None
    return alice, group, addresses.here().chat_link(token), token


async def joining(account_id: int) -> list[WaitingMessage]:
    return chat_message.waiting(await chat_wishes.joining(account_id))


async def test_a_link_leads_into_a_group_of_another_echo(
    one: Echo, two: Echo, three: Echo, router: Router, caplog: pytest.LogCaptureFixture
) -> None:
    alice, group, link, token = await begun()
    bob, zoe = await two.run(make.person("bob")), await three.run(make.person("zoe"))
    servers = [one, two, three]
    client = two.app.test_client()
    path = "/api/v1/echo/chats/join"

    async def api(method: str, path: str, **body: str) -> tuple[int, Any]:
        sent = {"headers": bob.headers, "json": body or None}
        answer = await getattr(client, method)(path, **sent)
        return answer.status_code, await answer.get_json()

    async def joins() -> tuple[int, Any]:
        return await api("post", path, token=f"{link}?utm=1")

    code, wish = await two.run(joins())
    assert (code, wish["kind"], wish["state"]["name"], wish["chat_id"]) == (202, "joined", "sending", "")
    assert (await two.run(api("get", "/api/v1/echo/chats/joining"))) == (200, [wish])
    await two.run(event_log.open_log(bob.id))
    await settle_down(servers)
    copy = await two.run(only_group())
    assert (copy.name, copy.uri, copy.join_token) == ("Tea", addresses.here().chat(group), None)
    assert await two.run(members(copy.id)) == {("alice", "owner", "active"), ("bob", "member", "active")}
    told = [row.pointer.what for row in await two.run(event_log.read(bob.id, "0-0", 100))]
    assert "chat" in told, "he is told that he has come in"
    assert await two.run(joining(bob.id)) == []
    code, chat = await two.run(joins())
    assert (code, chat["id"], chat["join_token"]) == (200, str(copy.id), None), "he is there already"

    # From then on it is a group as any other. The third server is asked in by the same link.
    await three.run(chat_joining.ask(zoe.id, link))
    await settle_down(servers)
    there = (await three.run(only_group())).id
    await chat_messages.send(alice.id, group, MessageDraft(text="welcome"))
    await two.run(chat_messages.send(bob.id, copy.id, MessageDraft(text="thanks")))
    await settle_down(servers)
    for server, person, number in ((one, alice, group), (two, bob, copy.id), (three, zoe, there)):
        assert await server.run(texts(person.id, number)) == ["welcome", "thanks"]
        assert await server.run(rebuilt(number))

    # The secret went to the server that knows it, and is in no log and in nothing that others are sent.
    for host in ("two.test", "three.test"):
        sent = [str(request.url) + request.content.decode() for request in router.asked_of(host)]
        assert sent
        assert not any(token in text for text in sent)
    assert token not in "".join(logs.redact(record.getMessage()) for record in caplog.records)
    assert logs.redact(f"GET {link} and {addresses.here().chat_link_document(token)}").count(token) == 0


async def test_the_rules_of_the_group_hold_for_who_comes_by_its_link(one: Echo, two: Echo) -> None:
    alice, group, link, _ = await begun()
    bob, servers = await two.run(make.person("bob")), [one, two]
    await two.run(event_log.open_log(bob.id))
    await two.run(chat_joining.ask(bob.id, link))
    await settle_down(servers)
    bob_here, copy = await found("bob", "two.test"), (await two.run(only_group())).id

    # Who has left may come again; who was put out needs an invitation.
    await two.run(chat_groups.leave(bob.id, copy))
    await settle_down(servers)
    assert ("bob", "member", "left") in await members(group)
    await two.run(chat_joining.ask(bob.id, link))
    await settle_down(servers)
    assert ("bob", "member", "active") in await two.run(members(copy))
    await chat_groups.remove(alice.id, group, bob_here)
    await settle_down(servers)
    _, refused = await two.run(chat_joining.ask(bob.id, link))
    await settle_down(servers)
    assert ("bob", "member", "removed") in await members(group)
    (shown,) = await two.run(joining(bob.id))
    assert (shown.state.name, shown.state.reason) == ("failed", "You were removed from this chat")
    (document,) = (await two.run(kinds_of_chats.refused([bob.id], (refused,)))).values()
    assert json.loads(document)["state"]["name"] == "failed"
    client = two.app.test_client()

    async def puts_away() -> int:
        answer = await client.delete(f"/api/v1/echo/chats/joining/{refused}", headers=bob.headers)
        return answer.status_code

    assert (await two.run(puts_away()), await two.run(joining(bob.id))) == (200, [])
    await chat_groups.invite(alice.id, group, bob_here)
    await settle_down(servers)
    await two.run(chat_groups.enter(bob.id, copy))
    await settle_down(servers)
    assert ("bob", "member", "active") in await members(group)

    # A link that has ended before the wish came leads nowhere, and neither does one that was asked for later.
    carol = await two.run(make.person("carol"))
    await two.run(chat_joining.ask(carol.id, link))
    await chat_groups.change_link(alice.id, group, has_one=True)
    await settle_down(servers)
    (shown,) = await two.run(joining(carol.id))
    assert shown.state.reason == "This link leads nowhere any more"
    with pytest.raises(NotFound):
        await two.run(chat_joining.ask(carol.id, link))
    for odd in (
        "https://one.test/chats/join/",
        "https://one.test/@alice",
        "ftp://one.test/chats/join/" + "x" * 32,
    ):
        with pytest.raises(Invalid):
            await two.run(chat_joining.ask(carol.id, odd))


async def test_a_full_group_takes_nobody_by_its_link(
    one: Echo, two: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, group, link, _ = await begun()
    bob = await two.run(make.person("bob"))
    monkeypatch.setattr(chat_groups, "MEMBERS_MAX", 1)
    await two.run(chat_joining.ask(bob.id, link))
    await settle_down([one, two])
    (shown,) = await two.run(joining(bob.id))
    assert shown.state.reason is not None
    assert "at most 1 members" in shown.state.reason
    assert await members(group) == {("alice", "owner", "active")}
    assert await two.run(Chat.filter(kind="group").count()) == 0, "and nothing is left of it there"


async def test_who_has_no_right_gets_in_by_no_trick(
    one: Echo, peer: Peer, evil: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, group, _, token = await begun()
    uri = addresses.here().chat(group)
    echo = {"acceptsChatGroups": True}
    bob, mallory = peer.person("bob", capabilities=echo), evil.person("mallory", capabilities=echo)

    def wishes(who: Any, by: Any, secret: Any, number: int, chat: str = uri) -> dict[str, Any]:
        thing = {
            "id": f"{who.id}#wishes/{number}",
            "type": "EchoChatWish",
            "context": chat,
            "kind": "joined",
            "attributedTo": who.id,
            "token": secret,
        }
        return by.does("Create", thing, id=f"{thing['id']}/activity", to=[chat])  # type: ignore[no-any-return]

    # For somebody else, with a wrong secret, with the secret of another group, and with none.
    other = (await chat_groups.create(alice.id, "Other")).id
    assert await says(mallory, one, wishes(bob, mallory, token, 1)) != ""
    assert await says(mallory, one, wishes(mallory, mallory, "x" * 32, 2)) != ""
    elsewhere = wishes(mallory, mallory, token, 3, addresses.here().chat(other))
    assert await says(mallory, one, elsewhere) != ""
    nothing = wishes(mallory, mallory, "", 4)
    assert await says(mallory, one, nothing) != ""
    assert await says(mallory, one, wishes(mallory, mallory, None, 5)) != ""
    assert await members(group) == {("alice", "owner", "active")}
    assert {row["object"]["summary"] for row in evil.sent("Create")} >= {"This link leads nowhere any more"}

    # It is shown to servers that say who they are and know it, and to nobody else.
    document = f"/ap/chats/links/{token}"
    assert (await listed(one, document, None)).status_code == 401
    shown = await listed(one, document, mallory)
    assert (shown.status_code, shown.json()["context"], shown.json()["name"]) == (200, uri, "Tea")
    assert (await listed(one, f"/ap/chats/links/{'x' * 32}", mallory)).status_code == 404

    # Who guesses too often is not answered any more, and their server neither.
    monkeypatch.setattr(group_links, "TRIES_OF_PERSON", 5)
    guesses = [await says(mallory, one, wishes(mallory, mallory, f"{n:032}", 10 + n)) for n in range(4)]
    assert all(guesses)
    assert await says(mallory, one, wishes(mallory, mallory, token, 20)) != "", "though it is right now"
    assert ("mallory", "member", "active") not in await members(group)
    assert any("Too many tries" in row["object"]["summary"] for row in evil.sent("Create"))
    monkeypatch.setattr(group_links, "TRIES_OF_SERVER", 3)
    assert (await listed(one, document, mallory)).status_code == 429
    # Others come in all the same. What they said once brings them back never.
    wish = wishes(bob, bob, token, 30)
    assert await says(bob, one, wish) == ""
    bob_here = await Account.get(uri=bob.id)
    assert ("bob", "member", "active") in await members(group)
    await chat_groups.leave(bob_here.id, group)
    await bob.sends(one, wish)
    await settle_down([one])
    assert await InboundActivity.filter(uri=wish["id"]).count() == 1
    assert ("bob", "member", "left") in await members(group)
    # One whose server has no groups would hear nothing of it.
    plain = evil.person("plain")
    assert await says(plain, one, wishes(plain, plain, token, 40)) != ""
    assert ("plain", "member", "active") not in await members(group)
    assert token not in json.dumps([*peer.delivered, *evil.delivered])


async def test_nobody_is_put_into_a_group_elsewhere_who_did_not_ask(one: Echo, peer: Peer) -> None:
    alice, carol, dave = await make.person("alice"), await make.person("carol"), await make.person("dave")
    owner = peer.person("owner")
    uri = "https://peer.test/ap/chats/1"
    seats = [{"actor": owner.id, "role": "owner"}, {"actor": dave.account.uri, "role": "admin"}]

    def event(seq: int, kind: str, by: str, **more: Any) -> dict[str, Any]:
        thing = {"id": f"{uri}/events/{seq}", "type": "EchoChatEvent", "context": uri, "seq": seq}
        stamp = {"kind": kind, "attributedTo": by, "published": "2026-01-01T00:00:00Z"}
        return owner.does("Create", {**thing, **stamp, **more}, to=[uri])

    named = {"members": seats, "name": "Trap"}
    assert await says(owner, one, event(1, "joined", carol.account.uri, **named)) != ""
    assert await Chat.filter(kind="group").count() == 0
    assert await says(owner, one, event(2, "invited", owner.id, subject=alice.account.uri, **named)) == ""
    copy = await only_group()
    await chat_groups.enter(alice.id, copy.id)
    assert await says(owner, one, event(3, "joined", alice.account.uri, **named)) == ""
    # She is in it, and the server of the group says that others of hers are as well.
    assert await says(owner, one, event(4, "joined", carol.account.uri, **named)) == ""
    await settle_down([one])
    assert await ChatMember.filter(chat_id=copy.id, account_id=dave.id).count() == 0
    client = one.app.test_client()
    shown = await client.get("/api/v1/echo/chats?kind=group", headers=carol.headers)
    assert await shown.get_json() == []
    left = [row["object"] for row in peer.sent("Create") if row["object"]["type"] == "EchoChatWish"]
    assert ("left", carol.account.uri) in {(row["kind"], row["attributedTo"]) for row in left}
    assert await rebuilt(copy.id)


async def test_from_the_page_of_a_link_one_comes_in_with_an_account_elsewhere(one: Echo, two: Echo) -> None:
    alice, group, link, token = await begun("Tea <b>")
    await two.run(people.person("bob"))
    page = await Browser(one.app.test_client(use_cookies=False)).get(f"/chats/join/{token}")
    form = page.form("/interact")
    asked = Browser(one.app.test_client(use_cookies=False))
    gone = await asked.submit(
        (await asked.get(f"/chats/join/{token}")).form("/interact"), handle="bob@two.test"
    )
    target = f"https://two.test/authorize_interaction?uri={quote(link, safe='')}"
    assert (form.values["uri"], target in gone.text.replace("&amp;", "&")) == (link, True)

    async def goes_on() -> None:
        browser = Browser(two.app.test_client(use_cookies=False))
        await browser.log_in("bob", PASSWORD)
        page = await browser.get(target.removeprefix("https://two.test"))
        assert "Tea &lt;b&gt;" in page.text
        assert "with 1 member" in page.text
        assert "was asked" in (await browser.submit(page.form("/authorize_interaction/chats"))).text
        lost = await browser.get(
            "/authorize_interaction?uri=https%3A%2F%2Fone.test%2Fchats%2Fjoin%2F" + "x" * 32
        )
        assert lost.status == 404

    await two.run(goes_on())
    await settle_down([one, two])
    assert ("bob", ChatRole.MEMBER, MemberState.ACTIVE) in await members(group)
    assert await store.find_by_link(token) is not None
    assert await db.fetch_value("SELECT count(*) FROM chat_members WHERE account_id = $1", alice.id) == 1
