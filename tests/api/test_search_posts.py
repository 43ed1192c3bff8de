"""Searching posts through the client API: who finds what, and that nobody finds what they may not read."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echo.actions import accounts, blocks, boosts, editing, likes, posts
from echo.actions.drafts import EditDraft, ProfileDraft
from echo.errors import Forbidden, NotFound
from echo.kinds import Visibility
from echo.models import Account, Bookmark, Poll, PollOption, PollVote, Post
from echo.policy.viewer import Viewer
from echo.runtime import Runtime
from echo.search import entries
from echo.store import posts as post_store
from tests import make
from tests.api.asking import Answer, Api
from tests.make import Person

SEARCH = "/api/v2/search"


async def indexable(name: str = "") -> Person:
    """Somebody whose public posts everybody may find."""
    person = await make.person(name)
    await accounts.change_profile(person.id, ProfileDraft(indexable=True))
    return person


async def _search(api: Api, text: str, *, by: Person | None, **query: object) -> list[int]:
    """Ids of the posts that are found."""
    answer: Answer = await api.get(SEARCH, by=by, query={"q": text, "type": "statuses"} | query)
    return [int(status["id"]) for status in answer.one("Search")["statuses"]]


async def test_public_posts_of_those_who_wish_so(api: Api, runtime: Runtime) -> None:
    alice, shy, bob = await indexable(), await make.person(), await make.person()
    zoe = await make.stranger(indexable=True)
    own, far = await make.post(alice, "Grüne Äpfel!"), await make.remote_post(zoe, "<p>grune apfel</p>")
    await make.post(shy, "grüne Äpfel")
    await make.settle(runtime)
    assert await _search(api, "GRUNE apfel", by=bob) == [far.id, own.id]
    assert len(await _search(api, "apfel", by=shy)) == 3
    assert await _search(api, "apfel", by=None) == []
    everything = (await api.get(SEARCH, by=bob, query={"q": "apfel"})).one("Search")
    assert len(everything["statuses"]) == 2


async def test_what_one_has_to_do_with_is_found_whoever_wrote_it(api: Api, runtime: Runtime) -> None:
    shy, bob = await make.person(), await make.person()
    texts = [
        "liked tea",
        "boosted tea",
        "kept tea",
        f"tea for @{bob.account.username}",
        "voted tea",
        "other tea",
    ]
    liked, boosted, kept, _, voted, other = made = [await make.post(shy, text) for text in texts]
    await likes.like(bob.id, liked.id)
    await boosts.boost(bob.id, boosted.id)
    await Bookmark.create(account_id=bob.id, post_id=kept.id, created_at=kept.created_at)
    poll = await Poll.create(post_id=voted.id)
    await PollOption.create(poll_id=poll.id, position=0, title="green tea")
    await PollVote.create(poll_id=poll.id, account_id=bob.id, position=0, created_at=voted.created_at)
    await Post.filter(id=voted.id).update(poll_id=poll.id)
    await make.settle(runtime)
    expected = sorted((post.id for post in made if post.id != other.id), reverse=True)
    assert await _search(api, "tea", by=bob) == expected
    assert await _search(api, "tea in:library", by=bob) == expected
    assert await _search(api, "tea in:public", by=bob) == []
    assert await _search(api, '"green tea" has:poll', by=bob) == [voted.id]
    await likes.unlike(bob.id, liked.id)
    assert liked.id not in await _search(api, "tea", by=bob)


async def test_spoilers_and_descriptions_are_searched(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    image = await make.image(alice, description="a lighthouse at dawn")
    post = await make.post(alice, "look", media_ids=[image.id], spoiler="weather report")
    await make.settle(runtime)
    for text in ("lighthouse", "weather", "has:image dawn", "has:media", "is:sensitive report"):
        assert await _search(api, text, by=alice) == [post.id], text
    for text in ("look weather -dawn", '"report look"', "has:video", "-has:image look", "is:reply"):
        assert await _search(api, text, by=alice) == [], text


async def test_people_and_replies(api: Api, runtime: Runtime) -> None:
    alice, bob = await indexable("alice"), await indexable("bob")
    zoe = await make.stranger("zoe", indexable=True)
    first = await make.post(alice, "hello world")
    reply = await make.post(bob, "hello @alice", reply_to=first.id)
    far = await make.remote_post(zoe, "<p>hello there</p>")
    await make.settle(runtime)
    for text, expected in {
        "hello": [far, reply, first],
        "from:alice": [first],
        "from:@zoe@peer.test": [far],
        "from:bob@echo.test hello": [reply],
        "from:me": [reply],
        "hello -from:me": [far, first],
        "from:nobody": [],
        "hello -from:nobody": [far, reply, first],
        "to:alice": [reply],
        "hello is:reply": [reply],
        "hello -is:reply": [far, first],
        "from:alice from:bob": [],
    }.items():
        assert await _search(api, text, by=bob) == [post.id for post in expected], text
    assert await _search(api, "hello", by=bob, account_id=alice.id) == [first.id]


async def test_edits_deletions_and_second_thoughts(api: Api, runtime: Runtime) -> None:
    alice, bob = await indexable(), await make.person()
    post, other = await make.post(alice, "first thought"), await make.post(alice, "another thought")
    await make.settle(runtime)
    await editing.edit(alice.id, post.id, EditDraft(text="second idea"))
    await posts.remove(alice.id, other.id)
    await make.settle(runtime)
    assert await _search(api, "thought", by=bob) == []
    assert await _search(api, "idea", by=bob) == [post.id]
    await accounts.change_profile(alice.id, ProfileDraft(indexable=False))
    # At once, before any job has run.
    assert await _search(api, "idea", by=bob) == []
    await make.settle(runtime)
    assert await _search(api, "idea in:public", by=alice) == []
    assert await _search(api, "idea", by=alice) == [post.id]
    await accounts.change_profile(alice.id, ProfileDraft(indexable=True))
    await make.settle(runtime)
    assert await _search(api, "idea", by=bob) == [post.id]
    await accounts.delete_local(alice.id)
    assert await _search(api, "idea", by=bob) == []


async def test_blocks_mutes_and_limits_are_respected(api: Api, runtime: Runtime) -> None:
    bob = await make.person()
    blocked, blocker, muted, silenced = [await indexable() for _ in range(4)]
    for author in (blocked, blocker, muted, silenced):
        await make.post(author, "noise")
    liked = await make.post(blocker, "liked noise")
    await likes.like(bob.id, liked.id)
    await make.settle(runtime)
    assert len(await _search(api, "noise", by=bob)) == 5
    await blocks.block(bob.id, blocked.id)
    await blocks.block(blocker.id, bob.id)
    await blocks.mute(bob.id, muted.id)
    await Account.filter(id=silenced.id).update(silenced_at=silenced.account.created_at)
    assert await _search(api, "noise", by=bob) == []
    await make.follow(bob, silenced)
    assert len(await _search(api, "noise", by=bob)) == 1


async def test_pages(api: Api, runtime: Runtime) -> None:
    alice, bob = await indexable(), await make.person()
    made = [await make.post(alice, "page") for _ in range(7)]
    await make.settle(runtime)
    newest = [post.id for post in reversed(made)]
    assert await _search(api, "page", by=bob, limit=3) == newest[:3]
    assert await _search(api, "page", by=bob, limit=3, offset=3) == newest[3:6]
    assert await _search(api, "page", by=bob, limit=3, offset=6) == newest[6:]
    assert await _search(api, "page", by=bob, offset=100_000) == []
    assert await _search(api, "page", by=bob, max_id=newest[4]) == newest[5:]
    assert await _search(api, "page", by=bob, min_id=newest[4]) == newest[:4]
    assert await _search(api, "page", by=bob, limit=0) == []


async def test_a_page_is_filled_over_what_is_hidden(api: Api, runtime: Runtime) -> None:
    alice, muted, bob = await indexable(), await indexable(), await make.person()
    old = [await make.post(alice, "find me") for _ in range(3)]
    for _ in range(12):
        await make.post(muted, "find me")
    await blocks.mute(bob.id, muted.id)
    await make.settle(runtime)
    assert await _search(api, "find", by=bob, limit=3) == [post.id for post in reversed(old)]


async def test_times(api: Api, runtime: Runtime) -> None:
    alice = await indexable()
    post = await make.post(alice, "today")
    await make.settle(runtime)
    day = post.created_at.date().isoformat()
    for text in (f"during:{day}", "after:2020", f"today -before:{day}", "before:9000", f"-after:{day} today"):
        assert await _search(api, text, by=alice) == [post.id], text
    for text in (f"before:{day}", f"after:{day}", f"today -during:{day}", "during:2020-02"):
        assert await _search(api, text, by=alice) == [], text


@pytest.mark.parametrize(
    "text", ["'", "\\", "a'b:*&!|<->()", "in:", "from:", "\x00", "%", "-", '"', "a" * 1999]
)
async def test_no_text_is_an_error(api: Api, text: str) -> None:
    if text.strip("\x00"):
        await _search(api, text, by=await make.person())


async def test_a_text_that_is_too_long(api: Api) -> None:
    await api.get(SEARCH, by=await make.person(), query={"q": "a" * 2001}, expect=400)


_WORDS = ("tea", "cat", "moon")
_VISIBILITIES = list(Visibility)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_nobody_finds_what_they_may_not_read(api: Api, runtime: Runtime, data: st.DataObject) -> None:
    """Whatever people write, follow, block and like: what a search finds, its reader may read and find."""
    people = [await make.person() for _ in range(4)]
    pick, flag = st.sampled_from(people), st.booleans()
    for person in people:
        await Account.filter(id=person.id).update(indexable=data.draw(flag))
    for _ in range(3):
        one, other = data.draw(pick), data.draw(pick)
        if one.id != other.id:
            # Who is blocked may not follow: that they cannot is all that such a draw says.
            with contextlib.suppress(Forbidden):
                await (make.follow(one, other) if data.draw(flag) else blocks.block(one.id, other.id))
    made = []
    for _ in range(data.draw(st.integers(1, 6))):
        named = f" @{data.draw(pick).account.username}" if data.draw(flag) else ""
        text = data.draw(st.sampled_from(_WORDS)) + named
        visibility = data.draw(st.sampled_from(_VISIBILITIES))
        made.append(await make.post(data.draw(pick), text, visibility=visibility))
    await entries.put([post.id for post in made])
    for post in data.draw(st.lists(st.sampled_from(made), max_size=3)):
        liker = data.draw(pick)
        if await post_store.find(Viewer(liker.id), post.id) is not None:
            await likes.like(liker.id, post.id)
    query = data.draw(
        st.sampled_from(["tea", "-tea", "cat in:public", "moon in:library", "-in:public", "from:me"])
    )
    for reader in people:
        for post_id in await _search(api, query, by=reader):
            await _may_read_and_find(reader, post_id)


async def _may_read_and_find(reader: Person, post_id: int) -> None:
    try:
        post = await post_store.get(Viewer(reader.id), post_id)
    except NotFound:
        raise AssertionError(f"{post_id} was found by somebody who may not read it") from None
    author = await Account.get(id=post.author_id)
    named = [row["account_id"] for row in await post_store.mentions([post_id])]
    is_open = post.visibility == Visibility.PUBLIC and author.indexable
    assert is_open or reader.id in (post.author_id, *named) or await _likes(reader, post_id)


async def _likes(reader: Person, post_id: int) -> bool:
    found = await post_store.likers(Viewer(reader.id), post_id, "true", "LIMIT 100")
    return reader.id in [row["account_id"] for row in found]
