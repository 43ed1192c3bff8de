"""Previews of pages that posts link to, with a web server that says whatever a test wants."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from echo import clock
from echo.actions import boosts, editing
from echo.actions import cards as actions
from echo.actions.drafts import EditDraft
from echo.kinds import Lane
from echo.models import Card, Job, Post
from echo.policy.viewer import NOBODY
from echo.render import status
from echo.text.page import PageFacts
from federation import previews
from federation.errors import Unreachable
from tests import make, structure
from tests.federation.peer import Peer
from tests.fediverse import Echo, Router
from tests.media.pictures import png
from workers import cards
from workers.jobs import drain_once
from workers.later import Again

PAGE = """<html><head><title>Story</title><meta property="og:description" content="About it">
<meta property="og:image" content="https://web.test/pic.png"></head></html>"""


class Web:
    """A web server at web.test: answers by path, and counts what it was asked."""

    def __init__(self, router: Router) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, httpx.Response] = {}
        router.hosts["web.test"] = self.answer

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return self.answers.get(request.url.path, httpx.Response(404))

    def page(
        self, path: str, html: str | bytes = PAGE, content_type: str = "text/html", code: int = 200
    ) -> None:
        self.answers[path] = httpx.Response(code, headers={"content-type": content_type}, content=html)


@pytest.fixture
def web(router: Router) -> Web:
    found = Web(router)
    found.page("/pic.png", png(), "image/png")
    return found


async def work(server: Echo) -> None:
    """Look at every page that posts link to."""
    while await drain_once(server.runtime, cards.JOBS, "test", Lane.OUTSIDE):
        pass


async def card_of(post: Post) -> Any:
    return msgspec.json.decode(await status.one(NOBODY, post.id))["card"]


async def test_a_link_gets_a_preview(one: Echo, web: Web) -> None:
    web.page("/story")
    author = await make.person()
    post = await make.post(author, "look https://web.test/story now")
    boost = await boosts.boost(author.id, post.id)
    assert await card_of(post) is None
    await work(one)
    card = await card_of(post)
    structure.validate("PreviewCard", card, signed_in=False)
    assert (card["url"], card["title"], card["description"]) == (
        "https://web.test/story",
        "Story",
        "About it",
    )
    assert card["image"].startswith("https://one.test/media/")
    assert card["blurhash"]
    assert (await card_of(boost))["title"] == "Story"


async def test_a_page_is_looked_at_once(one: Echo, web: Web) -> None:
    web.page("/story")
    first, second = [await make.post(await make.person(), "https://web.test/story") for _ in range(2)]
    await work(one)
    third = await make.post(await make.person(), "https://web.test/story")
    await work(one)
    assert web.asked.count("/story") <= 2  # two posts at the same moment may both look
    assert len({(await card_of(post))["url"] for post in (first, second, third)}) == 1
    assert await Card.all().count() == 1


async def test_two_who_look_at_the_same_moment_keep_one_card(one: Echo) -> None:
    facts = [PageFacts(url=f"https://web.test/{number}", title="Story") for number in range(10)]
    twice = [actions.keep(each.url, each, b"") for each in facts for _ in range(2)]
    kept = await asyncio.gather(*twice)
    assert kept[::2] == kept[1::2]
    assert await Card.all().count() == len(facts)


async def test_a_page_that_says_nothing_is_not_asked_again(one: Echo, web: Web) -> None:
    web.page("/empty", "<p>no title</p>")
    web.page("/file", b"%PDF-1.7", "application/pdf")
    for _ in range(2):
        for path in ("/empty", "/file", "/missing"):
            post = await make.post(await make.person(), f"https://web.test{path}")
            await work(one)
            assert await card_of(post) is None
    assert sorted(web.asked) == ["/empty", "/file", "/missing"]


async def test_posts_with_files_have_no_preview(one: Echo, web: Web) -> None:
    author = await make.person()
    await make.post(author, "https://web.test/story", media_ids=((await make.image(author)).id,))
    await work(one)
    assert web.asked == []


async def test_an_edit_changes_the_preview(one: Echo, web: Web) -> None:
    web.page("/story")
    web.page("/other", "<title>Other</title>")
    author = await make.person()
    post = await make.post(author, "https://web.test/story")
    await work(one)
    await editing.edit(author.id, post.id, EditDraft(text="https://web.test/other"))
    await work(one)
    assert (await card_of(post))["title"] == "Other"
    await editing.edit(author.id, post.id, EditDraft(text="no link"))
    await work(one)
    assert await card_of(post) is None


async def test_a_broken_image_is_left_out(one: Echo, web: Web) -> None:
    web.page("/story")
    web.page("/pic.png", b"no image at all", "image/png")
    post = await make.post(await make.person(), "https://web.test/story")
    await work(one)
    card = await card_of(post)
    assert (card["title"], card["image"]) == ("Story", None)


async def test_a_long_page_is_read_at_its_beginning(one: Echo, web: Web) -> None:
    web.page("/long", PAGE + "x" * 3_000_000)
    post = await make.post(await make.person(), "https://web.test/long")
    await work(one)
    assert (await card_of(post))["title"] == "Story"


async def test_oembed_of_another_site_is_not_asked(one: Echo, web: Web, router: Router) -> None:
    web.page("/film", '<title>Film</title><link type="application/json+oembed" href="https://evil.test/o">')
    post = await make.post(await make.person(), "https://web.test/film")
    await work(one)
    assert (await card_of(post))["title"] == "Film"
    assert router.asked_of("evil.test") == []


async def test_s_e06_a_player_stands_in_a_frame_of_ours(one: Echo, web: Web) -> None:
    web.page("/film", '<title>Film</title><link type="application/json+oembed" href="/o">')
    frame = '<iframe src="https://player.test/1?a=1&amp;b=2" onload="x()"></iframe><script>x()</script>'
    document = {"type": "video", "html": frame, "width": 640, "height": 360}
    web.page("/o", msgspec.json.encode(document), "application/json")
    post = await make.post(await make.person(), "https://web.test/film")
    await work(one)
    card = await card_of(post)
    assert (card["type"], card["width"], card["height"]) == ("video", 640, 360)
    assert card["html"].startswith('<iframe src="https://player.test/1?a=1&amp;b=2" width="640"')
    assert "onload" not in card["html"]
    assert "script>" not in card["html"]


@pytest.mark.parametrize(
    ("allowed", "is_shown"),
    [(["web.test"], True), (["test"], True), (["other.test", "eb.test"], False), ([], False)],
)
async def test_a_page_names_its_author_who_says_that_it_may(
    one: Echo, web: Web, peer: Peer, allowed: list[str], *, is_shown: bool
) -> None:
    ann = peer.person("ann", attributionDomains=allowed)
    web.page("/story", '<title>Story</title><meta name="fediverse:creator" content="@ann@peer.test">')
    post = await make.post(await make.person(), "https://web.test/story")
    await work(one)
    card = await card_of(post)
    structure.validate("PreviewCard", card, signed_in=False)
    shown = [author["account"]["url"] for author in card["authors"] if author["account"]]
    assert shown == ([ann.document["url"]] if is_shown else [])


@pytest.mark.parametrize("named", ["@nobody@peer.test", "ann", "@@", "@ann@127.0.0.1", "@a b@peer.test"])
async def test_a_page_that_names_nobody_is_shown_without_an_author(
    one: Echo, web: Web, peer: Peer, named: str
) -> None:
    web.page("/story", f'<title>Story</title><meta name="fediverse:creator" content="{named}">')
    post = await make.post(await make.person(), "https://web.test/story")
    await work(one)
    assert (await card_of(post))["authors"] == []


async def test_s_e06_a_frame_never_shows_a_page_of_ours(one: Echo, web: Web) -> None:
    web.page("/film", '<title>Film</title><link type="application/json+oembed" href="/o">')
    document = {"type": "video", "html": '<iframe src="https://one.test/@alice"></iframe>'}
    web.page("/o", msgspec.json.encode(document), "application/json")
    post = await make.post(await make.person(), "https://web.test/film")
    await work(one)
    card = await card_of(post)
    assert (card["type"], card["html"]) == ("link", "")


async def test_a_server_in_trouble_is_tried_again(one: Echo, web: Web) -> None:
    web.page("/story", code=502)
    with pytest.raises(Unreachable):
        await previews.look("https://web.test/story")
    post = await make.post(await make.person(), "https://web.test/story")
    await drain_once(one.runtime, cards.JOBS, "test", Lane.OUTSIDE)
    assert await card_of(post) is None
    assert await Card.all().count() == 0  # nothing is remembered, so the next look is a real one
    with pytest.raises(Again):  # which nobody is alarmed by
        await cards.look(one.runtime, post_id=post.id, url="https://web.test/story")
    web.page("/story")
    await cards.look(one.runtime, post_id=post.id, url="https://web.test/story")
    assert (await card_of(post))["title"] == "Story"


async def test_a_deleted_post_gets_none(one: Echo, web: Web) -> None:
    web.page("/story")
    author = await make.person()
    post = await make.post(author, "https://web.test/story")
    await Post.filter(id=post.id).update(deleted_at=post.created_at)
    await work(one)
    assert (await Post.get(id=post.id)).card_id is None


async def test_r25_a_job_of_a_newer_release_is_left_for_it(one: Echo) -> None:
    """Of an unknown name, or with arguments that are not known: no try is counted, so it never dies."""
    for name, arguments in (("cards.later", {}), ("cards.look", {"post_id": 1, "url": "x", "later": True})):
        await Job.create(name=name, arguments=arguments, due_at=clock.now(), created_at=clock.now())
    for lane in (Lane.QUICK, Lane.OUTSIDE):
        await drain_once(one.runtime, cards.JOBS, "test", lane)
    for job in await Job.all():
        assert (job.attempts, job.dead, job.due_at > clock.now()) == (0, False, True)
    assert await Job.all().count() == 2
