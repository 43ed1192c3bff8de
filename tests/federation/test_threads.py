"""Whole threads: what others have is fetched when somebody reads, within budgets, if it belongs there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from echo import clock, db, ports
from echo.actions import posts, thread_fetches
from echo.kinds import Visibility
from echo.models import Account, Job, Notification, Post, ThreadFetch
from federation import causes, newcomers, resolve, thread_plan
from federation.errors import Exhausted
from tests import make
from tests.api.asking import Answer, Api
from tests.federation.peer import ACTIVITY, Actor, Json, Peer, stamp
from tests.fediverse import Echo, Router, settle_down
from tests.make import Person


@pytest.fixture(autouse=True)
def _old_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts of a test are old enough to be looked at."""
    monkeypatch.setattr(thread_fetches, "OLD_ENOUGH", timedelta(0))


async def opened(server: Echo, reader: Person | None, post_id: int) -> Answer:
    """The thread as somebody reads it."""
    api = Api(server.app.test_client())
    path = f"/api/v1/statuses/{post_id}/context"
    return await api.get(path) if reader is None else await api.get(path, by=reader)


async def known(uri: str) -> int:
    """The id of a post that is looked up."""
    found = await ports.directory().post_by_iri(uri)
    assert found is not None
    return found


async def uris() -> set[str]:
    return {post.uri for post in await Post.filter(deleted_at=None)}


def thread(actor: Actor, parents: list[int | None], **more: object) -> list[Json]:
    """Posts of one actor, each answering an earlier one, served with their replies."""
    notes = [
        actor.note(f"post {number}", published=stamp(timedelta(days=1))) for number in range(len(parents))
    ]
    for note, parent in zip(notes, parents, strict=True):
        note["inReplyTo"] = None if parent is None else notes[parent]["id"]
        below = [one["id"] for one in notes if one.get("inReplyTo") == note["id"]]
        children = [notes[n]["id"] for n, p in enumerate(parents) if p is not None and notes[p] is note]
        page = {"type": "CollectionPage", "items": children or below, "partOf": f"{note['id']}/replies"}
        note["replies"] = {"id": f"{note['id']}/replies", "type": "Collection", "first": page}
        note.update(more)
        actor.peer.serve(note["id"], note)
    return notes


# Between Echos


async def test_a_thread_is_whole_after_it_was_opened(one: Echo, two: Echo, peer: Peer) -> None:
    """What was said on a second server, also by people of a third, is read on one that heard of nothing."""
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    carol = peer.person("carol")
    root = await two.run(make.post(bob, "root"))
    first = await two.run(make.post(bob, "first", reply_to=root.id))
    reply = carol.note("from carol", inReplyTo=root.uri, context=f"https://two.test/ap/contexts/{root.id}")
    peer.serve(reply["id"], reply)
    assert (await carol.sends(two, carol.creates(reply))).status_code == 202
    await two.work()
    deep = await two.run(make.post(bob, "deep", reply_to=first.id))
    secret = await two.run(make.post(bob, "secret", reply_to=first.id, visibility=Visibility.FOLLOWERS))
    post_id = await known(root.uri)
    answer = await opened(one, alice, post_id)
    assert answer.json["descendants"] == []
    assert answer.headers["Mastodon-Async-Refresh"].endswith(", retry=3, result_count=0")
    await settle_down([one])
    below = (await opened(one, alice, post_id)).one("Context")["descendants"]
    assert sorted(status["content"] for status in below) == [
        "<p>deep</p>",
        "<p>first</p>",
        "<p>from carol</p>",
    ]
    assert secret.uri not in await uris()
    assert deep.uri in await uris()
    assert (await ThreadFetch.get()).found == 3


async def test_what_is_asked_and_what_is_told_of_it(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    api = Api(one.app.test_client())
    notes = thread(peer.person("bob"), [None, 0, 1])
    post_id = await known(notes[0]["id"])
    assert "Mastodon-Async-Refresh" not in (await opened(one, None, post_id)).headers
    header = (await opened(one, alice, post_id)).headers["Mastodon-Async-Refresh"]
    refresh_id = header.split('"')[1]
    path = f"/api/v1_alpha/async_refreshes/{refresh_id}"
    running = (await api.get(path, by=alice)).one("AsyncRefreshResponse")["async_refresh"]
    assert running == {"id": refresh_id, "status": "running", "result_count": 0}
    again = (await opened(one, alice, post_id)).headers["Mastodon-Async-Refresh"]
    assert again == header  # one search at a time, whoever reads
    assert await Job.filter(name="threads.fetch").count() == 1
    await settle_down([one])
    done = (await api.get(path, by=alice)).one("AsyncRefreshResponse")["async_refresh"]
    assert done == {"id": refresh_id, "status": "finished", "result_count": 2}
    assert "Mastodon-Async-Refresh" not in (await opened(one, alice, post_id)).headers
    await ThreadFetch.all().update(started_at=clock.now() - timedelta(minutes=16))
    assert "Mastodon-Async-Refresh" in (await opened(one, alice, post_id)).headers
    await api.get(path, by=alice, expect=404)
    await posts.receive_removal(await Account.get(username="bob"), notes[0]["id"])
    new_id = (await ThreadFetch.get()).id
    await api.get(f"/api/v1_alpha/async_refreshes/{new_id}", by=alice, expect=404)


async def test_what_nobody_else_can_add_to_is_not_asked_for(
    one: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person("alice")
    own = await make.post(alice)
    bob = await make.stranger()
    private = await make.remote_post(bob, visibility=Visibility.DIRECT, mentioned_ids=(alice.id,))
    for post in (own, private):
        assert "Mastodon-Async-Refresh" not in (await opened(one, alice, post.id)).headers
    reply = await make.remote_post(bob, in_reply_to_id=own.id)
    assert "Mastodon-Async-Refresh" in (await opened(one, alice, own.id)).headers
    await ThreadFetch.all().delete()
    monkeypatch.setattr(thread_fetches, "OLD_ENOUGH", timedelta(minutes=5))
    assert "Mastodon-Async-Refresh" not in (await opened(one, alice, reply.id)).headers


# Shapes


async def test_a_tree_of_replies_is_walked_down_and_up(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    notes = thread(peer.person("bob"), [None, 0, 0, 1, 3, 4])
    post_id = await known(notes[4]["id"])
    await Post.exclude(id=post_id).delete()  # it came without anything above it
    await db.execute("UPDATE posts SET in_reply_to_id = NULL, in_reply_to_uri = $1", notes[3]["id"])
    await db.execute("UPDATE posts SET thread_id = id")
    await opened(one, alice, post_id)
    await settle_down([one])
    assert await uris() == {note["id"] for note in notes}
    assert len({post.thread_id for post in await Post.all()}) == 1
    answer = (await opened(one, alice, post_id)).json
    assert [len(answer["ancestors"]), len(answer["descendants"])] == [3, 1]


@pytest.mark.parametrize("name", ["context", "contextHistory"])
async def test_a_context_is_read_before_replies(one: Echo, peer: Peer, name: str) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    place = f"https://{peer.host}/contexts/1"
    notes = thread(bob, [None, 0, 1], **{name: place})
    items: list[object] = [note["id"] for note in notes]
    if name == "contextHistory":
        items = [bob.creates(note) for note in notes]
    peer.serve(place, {"id": place, "type": "OrderedCollection", "first": f"{place}?page=1"})
    page = {"id": f"{place}?page=1", "type": "OrderedCollectionPage", "orderedItems": items[:2]}
    peer.serve(f"{place}?page=1", {**page, "next": f"{place}?page=2"})
    peer.serve(f"{place}?page=2", {**page, "id": f"{place}?page=2", "orderedItems": items[2:]})
    await opened(one, alice, await known(notes[0]["id"]))
    await settle_down([one])
    assert await uris() == {note["id"] for note in notes}


async def test_an_empty_or_opaque_context_is_no_obstacle(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    for place in ("tag:peer.test,2026:1", "https://peer.test/contexts/2", "https://gone.test/contexts/3"):
        notes = thread(peer.person(), [None, 0], context=place)
        peer.serve("https://peer.test/contexts/2", {"type": "OrderedCollection", "orderedItems": []})
        await opened(one, alice, await known(notes[0]["id"]))
        await settle_down([one])
        assert notes[1]["id"] in await uris()


async def test_replies_that_are_an_address_and_pages(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    notes = thread(bob, [None, 0, 0])
    place = f"{notes[0]['id']}/replies"
    peer.serve(notes[0]["id"], {**notes[0], "replies": place})
    peer.serve(place, {"id": place, "type": "Collection", "first": f"{place}?page=1"})
    for number in (1, 2):
        page = {"type": "CollectionPage", "items": notes[number]["id"], "next": f"{place}?page={number + 1}"}
        peer.serve(f"{place}?page={number}", page)
    await opened(one, alice, await known(notes[0]["id"]))
    await settle_down([one])
    assert await uris() == {note["id"] for note in notes}


async def test_old_posts_that_are_found_are_told_to_nobody(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    named = {"tag": [{"type": "Mention", "href": alice.account.uri}], "cc": [alice.account.uri]}
    notes = thread(bob, [None, 0], **named)
    await known(notes[0]["id"])
    await resolve.post(notes[1]["id"], budget=resolve.Budget(1))
    assert await Notification.all().count() == 0
    late = bob.note(published=stamp(timedelta(days=2)), **named)
    await bob.sends(one, bob.creates(late))
    await settle_down([one])
    assert await Notification.filter(account_id=alice.id).count() == 1


# Who may say what


async def test_s_c05_items_must_say_themselves_that_they_belong(one: Echo, evil: Peer, victim: Peer) -> None:
    """A collection of an attacker brings nothing here that does not name the thread, and no copies."""
    alice, mallory, carol = await make.person("alice"), evil.person("mallory"), victim.person("carol")
    unrelated = carol.note("unrelated")
    victim.serve(unrelated["id"], unrelated)
    root = mallory.note("bait", published=stamp(timedelta(days=1)))
    forged = carol.note("forged", inReplyTo=root["id"])
    place = f"{root['id']}/replies"
    items = [unrelated["id"], forged, {**forged, "id": f"https://{evil.host}/forged"}]
    root["replies"] = {"id": place, "type": "Collection", "items": items}
    evil.serve(root["id"], root)
    await opened(one, alice, await known(root["id"]))
    await settle_down([one])
    assert await uris() == {root["id"]}


async def test_pages_of_another_server_are_not_turned(one: Echo, evil: Peer, victim: Peer) -> None:
    alice, mallory = await make.person("alice"), evil.person("mallory")
    root = mallory.note("bait", published=stamp(timedelta(days=1)))
    root["replies"] = f"https://{victim.host}/replies"
    evil.serve(root["id"], root)
    await opened(one, alice, await known(root["id"]))
    await settle_down([one])
    assert victim.requests == []


# Budgets


class Endless(Peer):
    """Answers pages without end."""

    page: Callable[[int], Json]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        if "/replies?page=" not in path:
            return await super().answer(request)
        self.requests.append(request)
        number = int(path.rpartition("=")[2])
        place = f"https://{self.host}{path.partition('?')[0]}"
        document = {"type": "CollectionPage", "next": f"{place}?page={number + 1}", **self.page(number)}
        return httpx.Response(200, json=document, headers={"content-type": ACTIVITY})


async def bait(one: Echo, peer: Peer) -> tuple[Person, Json]:
    """A post with endless replies, opened by somebody here."""
    alice, mallory = await make.person("alice"), peer.person("mallory")
    root = mallory.note("bait", published=stamp(timedelta(days=1)))
    root["replies"] = f"{root['id']}/replies?page=0"
    peer.serve(root["id"], root)
    post_id = await known(root["id"])
    await peer.forget()
    await opened(one, alice, post_id)
    return alice, root


async def test_s_b19_endless_pages_of_nothing_end(one: Echo, router: Router) -> None:
    peer = Endless(router, "evil.test")
    peer.page = lambda number: {"items": []}
    await bait(one, peer)
    await settle_down([one])
    assert len(peer.requests) <= thread_plan.FRUITLESS_PAGES + 2


async def test_s_b19_endless_pages_of_items_end(
    one: Echo, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_plan, "MOST_OF_POST", 40)
    peer = Endless(router, "evil.test")
    peer.page = lambda number: {"items": [f"https://evil.test/notes/{number}-{i}" for i in range(10)]}
    await bait(one, peer)
    await settle_down([one])
    pages = [request for request in peer.requests if "replies" in request.url.path]
    items = [request for request in peer.requests if request.url.path.startswith("/notes/")]
    assert len(pages) <= 4 + thread_plan.FRUITLESS_PAGES + 1
    assert len(items) == 40
    assert await Post.all().count() == 1


@pytest.mark.slow
async def test_s_b19_a_collection_of_a_million_ends(
    one: Echo, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once it is longer than what is read; what is read of a shorter one is limited."""
    alice, mallory = await make.person("alice"), peer.person("mallory")
    root = mallory.note("bait", published=stamp(timedelta(days=1)))
    place = f"{root['id']}/replies"
    peer.serve(root["id"], {**root, "replies": place})
    for count in (1_000_000, 5_000):
        items = [f"https://peer.test/n/{number}" for number in range(count)]
        peer.serve(place, {"id": place, "type": "Collection", "totalItems": count, "items": items})
        await ThreadFetch.all().delete()
        await peer.forget()
        await opened(one, alice, await known(root["id"]))
        await settle_down([one])
        assert len(peer.requests) <= thread_plan.MOST_OF_POST + 3
        one.runtime.network.failures.forget(f"{place}#collection")


async def test_s_b19_circles_end(one: Echo, peer: Peer) -> None:
    alice, mallory = await make.person("alice"), peer.person("mallory")
    first, second = (mallory.note("circle", published=stamp(timedelta(days=1))) for _ in range(2))
    for note, other in ((first, second), (second, first)):
        place = f"{note['id']}/replies"
        peer.serve(note["id"], {**note, "inReplyTo": other["id"], "replies": place})
        page = {
            "id": place,
            "type": "Collection",
            "items": [other["id"], note["id"]],
            "first": place,
            "next": place,
        }
        peer.serve(place, page)
    post_id = await known(first["id"])
    await peer.forget()
    await opened(one, alice, post_id)
    await settle_down([one])
    assert len(peer.requests) <= 8
    assert await Post.all().count() == 2


async def test_s_b19_a_name_for_every_item_is_no_way_round(one: Echo, evil: Peer, router: Router) -> None:
    alice, mallory = await make.person("alice"), evil.person("mallory")
    root = mallory.note("bait", published=stamp(timedelta(days=1)))
    items = [f"https://x{number}.evil.test/notes/1" for number in range(60)]
    root["replies"] = {"id": f"{root['id']}/replies", "type": "Collection", "items": items}
    evil.serve(root["id"], root)
    await opened(one, alice, await known(root["id"]))
    await settle_down([one])
    names = {request.headers["host"] for request in router.asked if request.headers["host"] != "evil.test"}
    assert len(names) == newcomers.MOST_NAMES


async def test_known_servers_are_no_newcomers(one: Echo, peer: Peer) -> None:
    for number in range(newcomers.MOST_NAMES):
        await newcomers.admit(f"https://x{number}.evil.co.uk/")
    await newcomers.admit("https://x3.evil.co.uk/again")
    with pytest.raises(Exhausted):
        await newcomers.admit("https://y.evil.co.uk/")
    await make.stranger(domain="z.evil.co.uk")
    await newcomers.admit("https://z.evil.co.uk/")
    await newcomers.admit("https://other.co.uk/")
    for odd in ("https://[2001:db8::1]/", "https://192.0.2.1/", "https://co.uk/", "nonsense"):
        await newcomers.admit(odd)


async def test_s_b19_one_cause_has_one_purse(one: Echo, peer: Peer) -> None:
    people = [peer.person() for _ in range(4)]
    causes.begin(causes.Cause(accounts=2, posts=2))
    for person in people[:2]:
        await resolve.account(person.id)
    with pytest.raises(Exhausted):
        await resolve.account(people[2].id)
    notes = thread(people[0], [None, None, None])
    for note in notes[:2]:
        await resolve.post(note["id"], budget=resolve.Budget(1))
    with pytest.raises(Exhausted):
        await resolve.post(notes[2]["id"], budget=resolve.Budget(1))
    causes.begin()
    await resolve.account(people[2].id)
    await resolve.post(notes[2]["id"], budget=resolve.Budget(1))


async def test_a_search_that_was_interrupted_goes_on(one: Echo, peer: Peer) -> None:
    """What is left is in the row: another worker takes it from there, and asks nothing twice."""
    alice = await make.person("alice")
    notes = thread(peer.person("bob"), [None, 0, 0])
    await opened(one, alice, await known(notes[0]["id"]))
    row = await ThreadFetch.get()
    steps = [{"do": "post", "address": notes[2]["id"], "source": notes[0]["id"], "fruitless": 0}]
    plan = {"steps": steps, "baseline": 1, "seen": [note["id"] for note in notes], "new_posts": 1}
    await db.execute("UPDATE thread_fetches SET plan = $2::jsonb WHERE id = $1", row.id, json.dumps(plan))
    await settle_down([one])
    assert await uris() == {notes[0]["id"], notes[2]["id"]}
    assert (await ThreadFetch.get()).found == 1


# What is delivered


async def test_parents_of_a_delivered_reply_are_fetched_by_a_job(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    notes = thread(bob, [None, 0, 1])
    reply = bob.note(inReplyTo=notes[2]["id"], cc=[alice.account.uri])
    await bob.sends(one, bob.creates(reply))
    await one.work()
    assert await Job.filter(name="threads.fetch_parents").count() == 1
    await settle_down([one])
    assert await uris() == {reply["id"], *(note["id"] for note in notes)}
    assert len({post.thread_id for post in await Post.all()}) == 1


async def test_five_replies_of_the_same_server_come_along(one: Echo, peer: Peer, victim: Peer) -> None:
    alice, bob, carol = await make.person("alice"), peer.person("bob"), victim.person("carol")
    root = bob.note(cc=[alice.account.uri])
    foreign = carol.note(inReplyTo=root["id"])
    victim.serve(foreign["id"], foreign)
    own = [bob.note(inReplyTo=root["id"]) for _ in range(7)]
    for note in own:
        peer.serve(note["id"], note)
    items = [foreign["id"], *(note["id"] for note in own)]
    root["replies"] = {"type": "Collection", "first": {"type": "CollectionPage", "items": items}}
    await bob.sends(one, bob.creates(root))
    await one.work()
    for task in list(one.runtime.network.background):
        await task
    assert await uris() == {root["id"], *(note["id"] for note in own[:5])}
