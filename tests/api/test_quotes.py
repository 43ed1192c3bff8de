"""Quotes by the client API: who may, what everybody sees of it, and taking it back."""

from __future__ import annotations

import pytest

from echo.actions import blocks, boosts, editing, likes, posts
from echo.actions.drafts import EditDraft
from echo.kinds import Quoter, QuoteState, Visibility
from echo.models import Notification, Post
from tests import make
from tests.api.asking import Api, Json
from tests.make import Person

STATUSES = "/api/v1/statuses"


async def quote(api: Api, by: Person, quoted: int, expect: int = 200, **more: object) -> Json:
    body = {"status": "look", "quoted_status_id": str(quoted)} | more
    answer = await api.post(STATUSES, by=by, json=body, expect=expect)
    return answer.one("Status") if expect == 200 else answer.json


async def told(person: Person) -> list[tuple[str, int | None]]:
    rows = await Notification.filter(account_id=person.id).order_by("id")
    return [(row.kind, row.post_id) for row in rows]


async def test_a_post_is_quoted(api: Api) -> None:
    author, quoter = await make.person(), await make.person()
    post = await make.post(author, "quote me")
    made = await quote(api, quoter, post.id)
    assert made["quote"]["state"] == "accepted"
    assert made["quote"]["quoted_status"]["id"] == str(post.id)
    assert made["content"].startswith('<p class="quote-inline">RE: <a href="' + post.url)
    assert made["content"].endswith("<p>look</p>")
    assert (await api.get(f"{STATUSES}/{post.id}")).json["quotes_count"] == 1
    assert (await api.get(f"{STATUSES}/{made['id']}/source", by=quoter)).json["text"] == "look"
    assert await told(author) == [("quote", int(made["id"]))]
    shown = (await api.get("/api/v1/notifications", by=author)).many("Notification")
    assert (shown[0]["type"], shown[0]["status"]["id"]) == ("quote", made["id"])


async def test_a_quote_needs_no_words_and_may_have_pictures(api: Api) -> None:
    author = await make.person()
    post = await make.post(author)
    silent = await quote(api, author, post.id, status="")
    assert silent["quote"]["state"] == "accepted"
    warned = await quote(api, author, post.id, status="", spoiler_text="careful")
    assert (warned["spoiler_text"], warned["content"].count("<p")) == ("careful", 1)
    image = await make.image(author)
    with_picture = await quote(api, author, post.id, media_ids=[str(image.id)])
    assert len(with_picture["media_attachments"]) == 1


async def test_a_boost_stands_for_what_it_boosts(api: Api) -> None:
    author, quoter = await make.person(), await make.person()
    post = await make.post(author)
    boost = await boosts.boost(quoter.id, post.id)
    made = await quote(api, quoter, boost.id)
    assert made["quote"]["quoted_status"]["id"] == str(post.id)


async def test_inside_a_quoted_post_its_own_quote_is_only_named(api: Api) -> None:
    author = await make.person()
    first = await make.post(author)
    second = await quote(api, author, first.id)
    third = await quote(api, author, int(second["id"]))
    inner = third["quote"]["quoted_status"]["quote"]
    assert inner == {"state": "accepted", "quoted_status_id": str(first.id)}


@pytest.mark.parametrize(
    ("policy", "follower", "stranger"),
    [("public", 200, 200), ("followers", 200, 404), ("nobody", 404, 404)],
)
async def test_the_author_says_who_may_quote(api: Api, policy: str, follower: int, stranger: int) -> None:
    author, friend, other = await make.person(), await make.person(), await make.person()
    await make.follow(friend, author)
    answer = await api.post(STATUSES, by=author, json={"status": "x", "quote_approval_policy": policy})
    post = answer.one("Status")
    assert post["quote_approval"] == {
        "automatic": [] if policy == "nobody" else [policy],
        "manual": [],
        "current_user": "automatic",
    }
    await quote(api, friend, int(post["id"]), expect=follower)
    await quote(api, other, int(post["id"]), expect=stranger)
    await quote(api, author, int(post["id"]))


async def test_the_policy_of_new_posts_is_a_preference(api: Api) -> None:
    author = await make.person()
    await make.choose(author, quote_policy="followers")
    post = (await api.post(STATUSES, by=author, json={"status": "x"})).json
    assert post["quote_approval"]["automatic"] == ["followers"]
    await api.post(STATUSES, by=author, json={"status": "x", "quote_approval_policy": "all"}, expect=422)


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_what_not_everybody_may_read_is_quoted_by_nobody_else(api: Api, visibility: Visibility) -> None:
    author, friend = await make.person(), await make.person("friend")
    await make.follow(friend, author)
    post = await make.post(author, "for you @friend", visibility=visibility)
    assert post.quote_automatic == []
    await quote(api, friend, post.id, expect=404)
    await quote(api, await make.person(), post.id, expect=404)


async def test_ones_own_private_post_is_quoted_for_no_more_than_its_readers(api: Api) -> None:
    author, stranger = await make.person(), await make.person()
    post = await make.post(author, visibility=Visibility.FOLLOWERS)
    made = await quote(api, author, post.id, visibility="public")
    assert made["visibility"] == "private"
    await api.get(f"{STATUSES}/{made['id']}", by=stranger, expect=404)
    direct = await make.post(author, visibility=Visibility.DIRECT)
    await quote(api, author, direct.id, expect=404)


async def test_a_direct_post_quotes_only_those_it_names(api: Api) -> None:
    author, quoter = await make.person("named"), await make.person()
    post = await make.post(author)
    await quote(api, quoter, post.id, visibility="direct", expect=422)
    made = await quote(api, quoter, post.id, visibility="direct", status="@named look")
    assert made["visibility"] == "direct"


@pytest.mark.parametrize("wrong", ["1", "0", "x", "99999999999999999999"])
async def test_an_unknown_post_is_not_quoted(api: Api, wrong: str) -> None:
    author = await make.person()
    await api.post(STATUSES, by=author, json={"status": "x", "quoted_status_id": wrong}, expect=404)
    assert await Post.filter(author_id=author.id).count() == 0


async def test_those_who_block_are_not_quoted(api: Api) -> None:
    author, quoter = await make.person(), await make.person()
    post = await make.post(author)
    await blocks.block(author.id, quoter.id)
    await quote(api, quoter, post.id, expect=404)


async def test_the_quoted_author_may_read_a_private_quote(api: Api) -> None:
    author, quoter = await make.person(), await make.person()
    post = await make.post(author)
    made = await quote(api, quoter, post.id, visibility="private")
    assert made["mentions"] == []
    await api.get(f"{STATUSES}/{made['id']}", by=author)
    await api.get(f"{STATUSES}/{made['id']}", by=await make.person(), expect=404)


async def test_quotes_are_listed(api: Api) -> None:
    author, quoter, reader = await make.person(), await make.person(), await make.person()
    post = await make.post(author)
    made = [int((await quote(api, quoter, post.id))["id"]) for _ in range(5)]
    hidden = int((await quote(api, quoter, post.id, visibility="private"))["id"])
    path = f"{STATUSES}/{post.id}/quotes"
    await api.get(path, expect=401)
    assert (await api.get(path, by=author)).ids == [hidden, *reversed(made)]
    pages = await api.pages(path, by=reader, query={"limit": 2})
    assert [[int(one["id"]) for one in page] for page in pages] == [[made[4]], made[3:1:-1], made[1::-1], []]
    answer = await api.get(path, by=reader, query={"limit": 2, "max_id": made[2]})
    answer.many("Status")
    assert list(answer.link("next")) == ["limit", "max_id"]
    assert list(answer.link("prev")) == ["limit", "since_id"]
    await blocks.block(reader.id, quoter.id)
    assert (await api.get(path, by=reader)).ids == []
    private = await make.post(author, visibility=Visibility.FOLLOWERS)
    await api.get(f"{STATUSES}/{private.id}/quotes", by=reader, expect=404)


async def test_a_quote_is_taken_back(api: Api) -> None:
    author, quoter = await make.person(), await make.person()
    post = await make.post(author)
    made = await quote(api, quoter, post.id)
    path = f"{STATUSES}/{post.id}/quotes/{made['id']}/revoke"
    await api.post(path, by=quoter, expect=403)
    await api.post(path, expect=401)
    answer = (await api.post(path, by=author)).one("Status")
    assert answer["id"] == made["id"]
    assert answer["quote"] == {"state": "revoked", "quoted_status": None}
    assert (await api.get(f"{STATUSES}/{post.id}")).json["quotes_count"] == 0
    assert (await api.get(f"{STATUSES}/{post.id}/quotes", by=author)).ids == []
    assert await told(author) == []
    assert (await api.post(path, by=author)).json["quote"]["state"] == "revoked"
    assert (await api.get(f"{STATUSES}/{post.id}")).json["quotes_count"] == 0


async def test_only_quotes_are_taken_back(api: Api) -> None:
    author, quoter, stranger = await make.person(), await make.person(), await make.person()
    post, other = await make.post(author), await make.post(author)
    made = await quote(api, quoter, post.id)
    plain = await make.post(quoter)
    for quoted, quoting in ((other.id, made["id"]), (post.id, plain.id), (post.id, 1), (1, made["id"])):
        await api.post(f"{STATUSES}/{quoted}/quotes/{quoting}/revoke", by=author, expect=404)
    private = await make.post(author, visibility=Visibility.FOLLOWERS)
    await api.post(f"{STATUSES}/{private.id}/quotes/{made['id']}/revoke", by=stranger, expect=404)


async def test_the_policy_of_a_post_is_changed(api: Api) -> None:
    author, other = await make.person(), await make.person()
    post = await make.post(author)
    path = f"{STATUSES}/{post.id}/interaction_policy"
    answer = (await api.put(path, by=author, json={"quote_approval_policy": "nobody"})).one("Status")
    assert answer["quote_approval"]["automatic"] == []
    assert answer["edited_at"] is None
    await quote(api, other, post.id, expect=404)
    answer = (await api.patch(path, by=author, json={"quote_approval_policy": "public"})).one("Status")
    assert answer["quote_approval"]["automatic"] == ["public"]
    await api.put(path, by=author, json={"quote_approval_policy": "x"}, expect=422)
    await api.put(path, by=author, expect=422)
    await api.put(path, by=other, json={"quote_approval_policy": "public"}, expect=403)
    await api.put(path, json={"quote_approval_policy": "public"}, expect=401)
    private = await make.post(author, visibility=Visibility.FOLLOWERS)
    path = f"{STATUSES}/{private.id}/interaction_policy"
    await api.put(path, by=other, json={"quote_approval_policy": "public"}, expect=404)
    answer = await api.put(path, by=author, json={"quote_approval_policy": "public"})
    assert answer.json["quote_approval"]["automatic"] == []


async def test_an_edit_keeps_quote_and_policy(api: Api) -> None:
    author, quoter = await make.person(), await make.person()
    post = await make.post(author)
    made = await quote(api, quoter, post.id, quote_approval_policy="followers")
    edited = (await api.put(f"{STATUSES}/{made['id']}", by=quoter, json={"status": "again"})).one("Status")
    assert edited["quote"]["quoted_status"]["id"] == str(post.id)
    assert edited["content"] == made["content"].replace("look", "again")
    assert edited["quote_approval"]["automatic"] == ["followers"]
    changed = {"status": "again", "quote_approval_policy": "nobody"}
    edited_again = (await api.put(f"{STATUSES}/{made['id']}", by=quoter, json=changed)).json
    assert edited_again["quote_approval"]["automatic"] == []
    assert edited_again["edited_at"] == edited["edited_at"]
    emptied = (await api.put(f"{STATUSES}/{made['id']}", by=quoter, json={"status": ""})).json
    assert emptied["content"].count("<p") == 1


async def test_quoters_are_told_of_an_edit(api: Api) -> None:
    author, quoter = await make.person(), await make.person()
    post = await make.post(author)
    made = await quote(api, quoter, post.id)
    await editing.edit(author.id, post.id, EditDraft(text="now"))
    await editing.edit(author.id, post.id, EditDraft(text="now again"))
    assert await told(quoter) == [("quoted_edit", int(made["id"]))]
    shown = (await api.get("/api/v1/notifications", by=quoter)).many("Notification")
    assert (shown[0]["type"], shown[0]["account"]["id"]) == ("quoted_update", str(author.id))


async def test_what_is_deleted_is_not_counted_and_not_shown(api: Api) -> None:
    author, quoter = await make.person(), await make.person()
    post = await make.post(author)
    made, other = await quote(api, quoter, post.id), await quote(api, quoter, post.id)
    await posts.remove(quoter.id, int(made["id"]))
    assert (await api.get(f"{STATUSES}/{post.id}")).json["quotes_count"] == 1
    await posts.remove(author.id, post.id)
    shown = (await api.get(f"{STATUSES}/{other['id']}", by=quoter)).one("Status")
    assert shown["quote"] == {"state": "deleted", "quoted_status": None}


async def test_a_post_from_elsewhere_is_asked_for(api: Api) -> None:
    stranger, quoter = await make.stranger(), await make.person()
    post = await make.remote_post(stranger, quote_automatic=(Quoter.PUBLIC,))
    made = await quote(api, quoter, post.id)
    assert made["quote"] == {"state": "pending", "quoted_status": None}
    assert (await api.get(f"{STATUSES}/{post.id}")).json["quotes_count"] == 0
    closed = await make.remote_post(stranger)
    await quote(api, quoter, closed.id, expect=404)
    asked = await make.remote_post(stranger, quote_manual=(Quoter.PUBLIC,))
    assert (await quote(api, quoter, asked.id))["quote"]["state"] == "pending"
    others = await make.remote_post(stranger, quote_manual=(Quoter.OTHERS,))
    assert (await quote(api, quoter, others.id))["quote"]["state"] == "pending"


@pytest.mark.usefixtures("runtime")
async def test_only_quotes_of_oneself_are_believed_without_proof() -> None:
    stranger, other = await make.stranger(), await make.stranger()
    post = await make.remote_post(stranger)
    own = await make.remote_post(stranger, quote_uri=post.uri)
    foreign = await make.remote_post(other, quote_uri=post.uri)
    unknown = await make.remote_post(other, quote_uri="https://far.test/1")
    assert (own.quote_state, own.quote_of_id) == (QuoteState.ACCEPTED, post.id)
    assert (foreign.quote_state, foreign.quote_of_id) == (QuoteState.PENDING, post.id)
    assert (unknown.quote_state, unknown.quote_of_id) == (QuoteState.PENDING, None)


async def test_quotes_of_pleroma_apps(api: Api) -> None:
    author = await make.person()
    post = await make.post(author)
    made = (await api.post(STATUSES, by=author, json={"status": "x", "quote_id": str(post.id)})).json
    assert made["quote"]["quoted_status"]["id"] == str(post.id)


async def test_a_quote_is_shown_in_a_boost(api: Api) -> None:
    author, quoter, fan = await make.person(), await make.person(), await make.person()
    post = await make.post(author)
    made = await quote(api, quoter, post.id)
    boost = await boosts.boost(fan.id, int(made["id"]))
    await likes.like(fan.id, post.id)
    shown = (await api.get(f"{STATUSES}/{boost.id}", by=fan)).one("Status")
    assert shown["reblog"]["quote"]["quoted_status"]["favourited"] is True
