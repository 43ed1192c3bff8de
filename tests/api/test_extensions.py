"""What we add to Mastodon's API: Markdown, blocks, posts for this server alone. docs/api/extensions.md"""

from __future__ import annotations

import re

import pytest

from echo import db
from echo.actions import boosts
from echo.kinds import Visibility
from echo.models import Media, Post
from echo.policy.viewer import Viewer
from echo.store import posts as post_store
from tests import make
from tests.api.asking import Api, Json
from tests.make import Person

STATUSES = "/api/v1/statuses"


async def published(api: Api, by: Person, **body: object) -> Json:
    return (await api.post(STATUSES, by=by, json=body)).one("Status")


async def test_a_post_is_written_in_markdown(api: Api) -> None:
    author = await make.person("author")
    text = "**bold** for @author in #Tag\n\n- https://a.test/x"
    post = await published(api, author, status=text, content_type="text/markdown")
    assert post["content"].startswith("<p><strong>bold</strong> for <span ")
    assert "<ul><li><a href=" in post["content"]
    plain = await published(api, author, status="@author #Tag https://a.test/x")
    links = re.findall("<a .*?</a>", plain["content"])
    assert len(links) == 3
    assert all(link in post["content"] for link in links)
    assert [tag["name"] for tag in post["tags"]] == ["tag"]
    assert [mention["acct"] for mention in post["mentions"]] == ["author"]
    source = (await api.get(f"{STATUSES}/{post['id']}/source", by=author)).one("StatusSource")
    assert (source["text"], source["content_type"]) == (text, "text/markdown")


async def test_an_edit_keeps_the_markup_unless_it_says_another(api: Api) -> None:
    author = await make.person()
    post = await published(api, author, status="*a*", content_type="text/markdown")
    path = f"{STATUSES}/{post['id']}"
    assert (await api.put(path, by=author, json={"status": "*b*"})).json["content"] == "<p><em>b</em></p>"
    changed = {"status": "*b*", "content_type": "text/plain"}
    assert (await api.put(path, by=author, json=changed)).json["content"] == "<p>*b*</p>"
    for wrong in ("text/html", "text/bbcode", "x"):
        await api.post(STATUSES, by=author, json={"status": "x", "content_type": wrong}, expect=422)


async def test_markdown_is_cleaned(api: Api) -> None:
    author = await make.person()
    text = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    post = await published(api, author, status=text, content_type="text/markdown")
    assert "<script" not in post["content"]
    assert "<img" not in post["content"]
    assert 'href="javascript' not in post["content"]


async def blocks_of(author: Person) -> tuple[Media, Media, list[Json]]:
    cat, dog = await make.image(author, "a cat"), await make.image(author)
    return (
        cat,
        dog,
        [
            {"type": "text", "text": "first #Tag"},
            {"type": "image", "media_id": str(cat.id)},
            {"type": "text", "text": "then\n\nmore"},
            {"type": "image", "media_id": str(dog.id), "description": "a dog"},
        ],
    )


async def test_a_post_is_written_in_blocks(api: Api) -> None:
    author = await make.person()
    cat, dog, blocks = await blocks_of(author)
    post = await published(api, author, blocks=blocks)
    assert post["blocks"] == [
        {
            "type": "text",
            "text": "first #Tag",
            "content": post["content"].partition("</p>")[0] + "</p>",
        },
        {"type": "image", "media_id": str(cat.id)},
        {"type": "text", "text": "then\n\nmore", "content": "<p>then</p><p>more</p>"},
        {"type": "image", "media_id": str(dog.id)},
    ]
    assert [file["id"] for file in post["media_attachments"]] == [str(cat.id), str(dog.id)]
    assert [file["description"] for file in post["media_attachments"]] == ["a cat", "a dog"]
    # For those who know no blocks: a picture above text leaves a link, one below it is attached there anyway.
    link = f'<p><a href="https://echo.test/media/{cat.file_key}" '
    assert post["content"].count("<p>") == 4
    assert link in post["content"]
    assert post["content"].endswith("<p>then</p><p>more</p>")
    source = (await api.get(f"{STATUSES}/{post['id']}/source", by=author)).json
    assert source["text"] == "first #Tag\n\nthen\n\nmore"


async def test_blocks_come_in_forms_too(api: Api) -> None:
    author = await make.person()
    image = await make.image(author)
    form = {
        "blocks[0][type]": "text",
        "blocks[0][text]": "*one*",
        "blocks[1][type]": "image",
        "blocks[1][media_id]": str(image.id),
        "content_type": "text/markdown",
    }
    post = (await api.post(STATUSES, by=author, form=form)).one("Status")
    assert post["content"] == "<p><em>one</em></p>"
    assert [block["type"] for block in post["blocks"]] == ["text", "image"]


async def test_blocks_are_edited(api: Api) -> None:
    author = await make.person()
    cat, dog, blocks = await blocks_of(author)
    post = await published(api, author, blocks=blocks)
    path = f"{STATUSES}/{post['id']}"
    turned = [blocks[3], blocks[0]]
    edited = (await api.put(path, by=author, json={"blocks": turned})).one("Status")
    assert [block["type"] for block in edited["blocks"]] == ["image", "text"]
    assert [file["id"] for file in edited["media_attachments"]] == [str(dog.id)]
    same = (await api.put(path, by=author, json={"blocks": turned})).json
    assert same["edited_at"] == edited["edited_at"]
    # An app that knows no blocks writes the post in one piece; the files stay.
    flat = (await api.put(path, by=author, json={"status": "flat"})).one("Status")
    assert "blocks" not in flat
    assert len(flat["media_attachments"]) == 1
    assert cat.id != dog.id


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "video", "media_id": "1"}],
        [{"type": "image"}],
        [{"type": "image", "media_id": "x"}],
        [{"type": "image", "media_id": "1"}],
        [{"text": "x"}],
        [{"type": "text", "text": " "}],
        [],
        [{"type": "text", "text": "x" * 501}],
        [{"type": "text", "text": "x" * 300}, {"type": "text", "text": "y" * 300}],
        [{"type": "text", "text": "x"}] * 21,
    ],
)
async def test_unsound_blocks_are_refused(api: Api, blocks: list[Json]) -> None:
    author = await make.person()
    await api.post(STATUSES, by=author, json={"blocks": blocks}, expect=422)
    assert await Post.filter(author_id=author.id).count() == 0


async def test_pictures_of_others_and_twice_the_same_are_refused(api: Api) -> None:
    author, other = await make.person(), await make.person()
    theirs, own = await make.image(other), await make.image(author)
    for ids in ([theirs.id], [own.id, own.id]):
        blocks = [{"type": "image", "media_id": str(i)} for i in ids]
        await api.post(STATUSES, by=author, json={"blocks": blocks}, expect=422)


async def test_a_local_only_post_is_read_here_alone(api: Api) -> None:
    author, reader = await make.person(), await make.person()
    post = await published(api, author, status="#here", local_only=True)
    assert post["local_only"] is True
    post_id = int(post["id"])
    path = f"{STATUSES}/{post_id}"
    assert (await api.get(path, by=reader)).one("Status")["local_only"] is True
    await api.get(path, expect=404)
    assert (await api.get("/api/v1/timelines/public", by=reader)).ids == [post_id]
    assert (await api.get("/api/v1/timelines/public")).ids == []
    assert (await api.get("/api/v1/timelines/tag/here")).ids == []
    assert (await api.get(f"/api/v1/accounts/{author.id}/statuses")).ids == []
    stranger = await make.stranger()
    await make.follow(stranger, author)
    assert await post_store.find(Viewer(stranger.id), post_id) is None
    assert (await published(api, author, status="x"))["local_only"] is False


async def test_what_answers_or_boosts_a_local_only_post_stays_here(api: Api) -> None:
    author, reader = await make.person(), await make.person()
    post = await published(api, author, status="x", local_only=True)
    answer = await published(api, reader, status="y", in_reply_to_id=post["id"])
    assert answer["local_only"] is True
    quote = await published(api, reader, status="y", quoted_status_id=post["id"])
    assert quote["local_only"] is True
    boost = await boosts.boost(reader.id, int(post["id"]))
    assert boost.local_only is True


async def test_private_local_only_posts_keep_their_readers(api: Api) -> None:
    author, follower, other = await make.person(), await make.person(), await make.person()
    await make.follow(follower, author)
    post = await make.post(author, visibility=Visibility.FOLLOWERS, local_only=True)
    await api.get(f"{STATUSES}/{post.id}", by=follower)
    await api.get(f"{STATUSES}/{post.id}", by=other, expect=404)


async def test_posts_from_elsewhere_say_nothing_of_it(api: Api) -> None:
    reader = await make.person()
    post = await make.remote_post(await make.stranger())
    shown = (await api.get(f"{STATUSES}/{post.id}", by=reader)).one("Status")
    assert not {"local_only", "blocks"} & set(shown)
    await db.fetch("SELECT 1")


async def test_what_is_there_is_announced(api: Api) -> None:
    instance = (await api.get("/api/v2/instance")).one("Instance")
    assert instance["configuration"]["accounts"]["max_pinned_statuses"] == 5
    metadata = instance["pleroma"]["metadata"]
    assert metadata["post_formats"] == ["text/plain", "text/markdown"]
    assert "quote_posting" in metadata["features"]
    assert (await api.get("/api/v1/instance")).one("V1Instance")["pleroma"] == instance["pleroma"]
