"""Public pages: who sees what, and what browsers are told. Rows S-E09, S-E10, S-G01 for pages."""

from __future__ import annotations

import re
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from echo import clock
from echo.actions import boosts, follows, pins, polls, posts, renaming
from echo.actions.accounts import change_profile
from echo.actions.drafts import PollDraft, PostDraft, ProfileDraft
from echo.addresses import here
from echo.errors import (
    BadRequest,
    Conflict,
    EchoError,
    Forbidden,
    Gone,
    Invalid,
    NoRoom,
    NotFound,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
)
from echo.kinds import Visibility
from echo.models import Account, Post
from echo.runtime import Runtime
from echo.web.error_page import error_page
from echo.web.other_doors import DOORS
from echo.web.static_files import every_file
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser

AP = "application/activity+json"
MORE_DOORS = (
    ("/users/alice", "/@alice"),
    ("/auth/edit/", "/settings/security"),
    ("/@alice/with_replies", "/@alice?replies"),
    ("/@alice/media", "/@alice"),
)
MEDIA = "{http://search.yahoo.com/mrss/}"


async def test_the_first_page_shows_public_posts_of_this_server(browser: Browser) -> None:
    alice = await make.person("alice")
    for visibility in Visibility:
        await make.post(alice, f"said {visibility.value}", visibility=visibility)
    await make.remote_post(await make.stranger(), "<p>said elsewhere</p>")
    page = await browser.get("/")
    assert page.status == 200
    assert "said public" in page.text
    for hidden in ("said unlisted", "said followers", "said direct", "said elsewhere"):
        assert hidden not in page.text


async def test_addresses_of_mastodons_pages_lead_to_ours(browser: Browser) -> None:
    await make.person("alice")
    for path, ours in (*DOORS.items(), *MORE_DOORS):
        led = await browser.get(path)
        assert (path, led.status, led.location) == (path, 302, ours)
        assert ((await browser.get(ours)).status, ours) in (
            (200, ours),
            (302, ours),
        )  # or the log-in before it
    assert (await browser.get(f"/users/{quote('é')}")).location == f"/@{quote('é')}"


async def test_a_profile_shows_what_anybody_may_see(browser: Browser) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    for visibility in Visibility:
        await make.post(alice, f"said {visibility.value}", visibility=visibility)
    bobs = await make.post(bob, "said by bob")
    await boosts.boost(alice.id, bobs.id, Visibility.PUBLIC)
    await make.post(alice, "an answer to bob", reply_to=bobs.id)
    page = await browser.get("/@alice")
    assert page.status == 200
    for shown in ("said public", "said unlisted", "said by bob", "@alice@echo.test"):
        assert shown in page.text
    for hidden in ("said followers", "said direct", "an answer to bob"):
        assert hidden not in page.text
    assert "an answer to bob" in (await browser.get("/@alice?replies")).text
    assert (await browser.get("/@ALICE")).status == 200
    assert (await browser.get("/@alice@echo.test")).status == 200


async def test_a_poll_shows_its_answers_and_no_hidden_totals(browser: Browser) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    draft = PollDraft(options=("<b>yes</b>", "no"), duration_seconds=600)
    post = await make.post(alice, "Well?", poll=draft)
    await polls.vote(bob.id, post.poll_id or 0, [1])
    page = await browser.get(f"/@alice/{post.id}")
    assert "&lt;b&gt;yes&lt;/b&gt;" in page.text
    assert "100 %" in page.text
    hidden = await make.post(alice, "Hm?", poll=replace(draft, hide_totals=True))
    await polls.vote(bob.id, hidden.poll_id or 0, [1])
    page = await browser.get(f"/@alice/{hidden.id}")
    assert "<li>" in page.text
    assert "%" not in page.text.partition('<ul class="poll">')[2].partition("</ul>")[0]


async def test_pinned_posts_come_first(browser: Browser) -> None:
    alice = await make.person("alice")
    old = await make.post(alice, "worth keeping")
    private = await make.post(alice, "for friends", visibility=Visibility.FOLLOWERS)
    await make.post(alice, "newest")
    assert "Pinned" not in (await browser.get("/@alice")).text
    for post in (old, private):
        await pins.pin(alice.id, post.id)
    text = (await browser.get("/@alice")).text
    assert text.index("Pinned") < text.index("worth keeping") < text.index("newest")
    assert text.count("worth keeping") > 1
    assert "for friends" not in text
    assert "Pinned" not in (await browser.get("/@alice?replies")).text


async def test_what_stays_here_has_no_page(browser: Browser) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, "only here #here", local_only=True)
    assert (await browser.get(f"/@alice/{post.id}")).status == 404
    for path in ("/", "/@alice", "/tags/here"):
        assert "only here" not in (await browser.get(path)).text


@pytest.mark.parametrize(
    "path", ["/@nobody", "/@", "/@alice@", "/@alice%00", "/@a/b/c", "/tags/", "/@alice/x"]
)
async def test_what_is_not_there_is_a_page_that_says_so(browser: Browser, path: str) -> None:
    await make.person("alice")
    page = await browser.get(path)
    assert page.status == 404
    assert "<html" in page.text


async def test_suspended_people_have_no_page(browser: Browser) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    await Account.filter(id=alice.id).update(suspended_at=clock.now())
    assert (await browser.get("/@alice")).status == 404
    assert (await browser.get(f"/@alice/{post.id}")).status == 404


@pytest.mark.parametrize("logged_in", [False, True])
@pytest.mark.parametrize("visibility", list(Visibility))
async def test_s_g01_a_post_has_a_page_when_anybody_may_read_it(
    browser: Browser, visibility: Visibility, logged_in: bool
) -> None:
    """Even to its author: what the page shows is what others see."""
    user = await people.person("alice")
    if logged_in:
        await browser.log_in("alice", PASSWORD)
    post = await posts.publish(user.id, PostDraft(text="a secret, or not", visibility=visibility))
    page = await browser.get(f"/@alice/{post.id}")
    is_open = visibility in {Visibility.PUBLIC, Visibility.UNLISTED}
    assert page.status == (200 if is_open else 404)
    assert ("a secret, or not" in page.text) is is_open
    assert ("og:description" in page.text) is is_open
    other = await browser.get("/@alice/1")
    if not is_open:
        assert page.text == other.text


async def test_a_thread_leaves_out_what_is_not_for_everybody(browser: Browser) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    first = await make.post(alice, "the first")
    hidden = await make.post(bob, "between us", visibility=Visibility.DIRECT, reply_to=first.id)
    second = await make.post(bob, "the second", reply_to=first.id)
    third = await make.post(alice, "the third", reply_to=second.id)
    await make.post(bob, "under the hidden one", visibility=Visibility.UNLISTED, reply_to=hidden.id)
    page = await browser.get(f"/@bob/{second.id}")
    assert page.text.index("the first") < page.text.index("the third")
    assert "between us" not in page.text
    page = await browser.get(f"/@alice/{first.id}")
    for shown in ("the second", "the third", "under the hidden one"):
        assert shown in page.text
    assert "between us" not in page.text
    assert "depth-2" in page.text
    assert third.id


async def test_posts_are_found_under_their_author_only(browser: Browser) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    post = await make.post(alice, "mine")
    boost = await boosts.boost(bob.id, post.id, Visibility.PUBLIC)
    assert (await browser.get(f"/@bob/{post.id}")).status == 404
    assert (await browser.get(f"/@bob/{boost.id}")).status == 404
    assert (await browser.get(f"/@alice/{post.id}")).status == 200
    await posts.remove(alice.id, post.id)
    assert (await browser.get(f"/@alice/{post.id}")).status == 404


async def test_s_e09_people_elsewhere_are_not_led_to_without_a_word(browser: Browser) -> None:
    stranger = await make.stranger("mallory", "evil.test")
    await make.remote_post(stranger)
    page = await browser.get("/@mallory@evil.test")
    assert (page.status, page.location) == (200, "")
    assert 'rel="nofollow noopener noreferrer"' in page.text
    post = await Post.get(author_id=stranger.id)
    assert (await browser.get(f"/@mallory@evil.test/{post.id}")).location == ""


async def test_other_servers_are_led_to_the_thing_behind_the_page(browser: Browser) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    page = await browser.get("/@alice")
    assert f'<link rel="alternate" type="{AP}" href="{alice.account.uri}">' in page.text
    assert page.headers["link"] == f'<{alice.account.uri}>; rel="alternate"; type="{AP}"'
    answer = await browser.get("/@alice", Accept=AP)
    assert (answer.status, answer.location) == (302, alice.account.uri)
    assert "Accept" in answer.headers["vary"]
    answer = await browser.get(f"/@alice/{post.id}", Accept='application/ld+json; profile="x", */*;q=0.1')
    assert answer.location == post.uri
    hidden = await make.post(alice, visibility=Visibility.FOLLOWERS)
    assert (await browser.get(f"/@alice/{hidden.id}", Accept=AP)).status == 404


@pytest.mark.parametrize(
    ("accept", "is_led"),
    [(f"{AP}, text/html;q=0.1", True), (f"text/html, {AP}", False), (f"{AP};q=0.5, text/html", False)],
)
async def test_whoever_would_rather_have_the_page_gets_it(
    browser: Browser, accept: str, *, is_led: bool
) -> None:
    alice = await make.person("alice")
    answer = await browser.get("/@alice", Accept=accept)
    assert answer.location == (alice.account.uri if is_led else "")


async def test_a_former_name_leads_to_the_new_one(browser: Browser) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    await renaming.rename(alice.id, "alicia")
    assert (await browser.get("/@alice")).location.endswith("/@alicia")
    assert (await browser.get(f"/@Alice/{post.id}")).location.endswith(f"/@alicia/{post.id}")
    assert (await browser.get("/@alicia")).status == 200
    assert (await browser.get("/@alice@echo.test")).location.endswith("/@alicia")


async def test_a_tag_page_shows_public_posts(browser: Browser) -> None:
    alice = await make.person("alice")
    await make.post(alice, "an open #Café")
    await make.post(alice, "an unlisted #café", visibility=Visibility.UNLISTED)
    page = await browser.get(f"/tags/{quote('café')}")
    assert "an open" in page.text
    assert "an unlisted" not in page.text


async def test_the_page_of_a_hashtag_has_it_as_it_was_first_written(browser: Browser) -> None:
    await make.post(await make.person(), "#TeaTime")
    for path in ("/tags/teatime", "/tags/TEATIME"):
        assert "<bdi>TeaTime</bdi>" in (await browser.get(path)).text
    assert "<bdi>Never</bdi>" in (await browser.get("/tags/Never")).text


async def test_long_lists_have_pages(browser: Browser) -> None:
    alice = await make.person("alice")
    for number in range(25):
        await make.post(alice, f"number {number}. #count")
    for path in ("/@alice", "/tags/count"):
        first = await browser.get(path)
        assert "number 24." in first.text
        assert "number 4." not in first.text
        older = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
        second = await browser.get(f"{path}{older}")
        assert "number 4." in second.text
        assert "number 24." not in second.text
        assert 'rel="next"' not in second.text


async def test_warnings_and_names_are_escaped_and_texts_are_not(browser: Browser) -> None:
    alice = await make.person("alice")
    await change_profile(alice.id, ProfileDraft(display_name="<b>Al</b>", note="one\n\ntwo https://x.test/"))
    draft = PostDraft(text="a & b https://x.test/", visibility=Visibility.PUBLIC, spoiler="<i>careful</i>")
    post = await posts.publish(alice.id, draft)
    page = await browser.get(f"/@alice/{post.id}")
    assert "&lt;b&gt;Al&lt;/b&gt;" in page.text
    assert "&lt;i&gt;careful&lt;/i&gt;" in page.text
    assert "a &amp; b <a " in page.text
    assert "<b>Al" not in page.text
    assert 'rel="nofollow noopener' in (await browser.get("/@alice")).text


@pytest.mark.parametrize("indexable", [False, True])
async def test_search_engines_see_those_who_want_it(browser: Browser, indexable: bool) -> None:
    alice = await make.person("alice")
    await change_profile(alice.id, ProfileDraft(indexable=indexable))
    post = await make.post(alice)
    quiet = await make.post(alice, visibility=Visibility.UNLISTED)
    for path in ("/@alice", f"/@alice/{post.id}"):
        assert ("noindex" in (await browser.get(path)).text) is not indexable
    assert "noindex" in (await browser.get(f"/@alice/{quiet.id}")).text
    assert "noindex" in (await browser.get("/login")).text


PAGES = [
    "/", "/about", "/login", "/sign-up", "/password", "/account", "/@alice", "/@alice/{post}", "/tags/echo",
    "/nothing", "/setup/x", "/confirm/x", "/password/x", "/oauth/authorize", "/oauth/authorize/native",
    "/@mallory@evil.test", "/@nobody",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_s_e10_every_page_has_the_strict_policy(browser: Browser, path: str) -> None:
    user = await people.person("alice")
    post = await posts.publish(user.id, PostDraft(text="hello", visibility=Visibility.PUBLIC))
    await make.stranger("mallory", "evil.test")
    for logged_in in (False, True):
        if logged_in:
            await browser.log_in("alice", PASSWORD)
        page = await browser.get(path.format(post=post.id))
        if page.status in {302, 303}:
            continue
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        # Passkeys are the one thing that a page cannot ask for without a script; it is a file of ours.
        wanted = {"script-src 'self'"} if path in {"/login", "/settings/security"} else set()
        assert {part for part in policy.split("; ") if part.startswith("script-src")} == wanted
        assert "unsafe" not in policy
        for directive in (
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "style-src 'self'",
        ):
            assert directive in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "same-origin"
        assert "no-store" in page.headers["cache-control"]
        ours = re.sub(
            r'<script src="/static/[\w.?=-]+" defer></script>', "" if wanted else "<script>", page.text
        )
        for inline in ("<script", "style=", "<style", "onclick", "onload", "javascript:"):
            assert inline not in ours


@pytest.mark.parametrize(
    "error",
    [
        EchoError(),
        Forbidden(),
        TooMany(retry_after_seconds=5),
        Unavailable(),
        EchoError("Teapot", status=418),
        BadRequest(),
        Unauthorized(),
        NotFound(),
        NotFound("The link leads nowhere"),
        Conflict(),
        Gone(),
        TooLarge(),
        Invalid(),
        NoRoom(),
    ],
)
async def test_errors_are_pages_and_tell_nothing_inside(
    runtime: Runtime, browser: Browser, error: EchoError
) -> None:
    async with browser.client.app.test_request_context("/"):  # type: ignore[attr-defined]
        response = await error_page(error)
    text = await response.get_data(as_text=True)
    assert response.status_code == error.status
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    said = re.search('<p class="lead">(.*?)</p>', text)
    assert said is not None, "every page says what can be done"
    own = error.public != error.default_public and error.status < 500
    assert (said[1] == f"{error.public}.") == own, "what is worded for programs is said in other words"
    assert 'class="button plain" href="/"' in text
    assert ("Try again</a>" in text) == (error.status in (429, 500, 503))


async def test_the_way_to_try_again_leads_to_no_other_server(runtime: Runtime, browser: Browser) -> None:
    app = browser.client.app  # type: ignore[attr-defined]
    for path, shown in (("/@alice?page=2", 'href="/@alice?page=2">Try again'), ("/%5cevil.test/", "")):
        async with app.test_request_context(path):
            text = await (await error_page(Unavailable())).get_data(as_text=True)
        assert shown in text
        assert ("Try again" in text) is bool(shown), text


async def test_error_pages_need_no_database(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise Unavailable

    await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    monkeypatch.setattr("echo.db.fetch", away)
    page = await browser.get("/account")
    assert page.status == 503
    assert "Back in a moment" in page.text
    assert page.headers["retry-after"]


async def test_files_are_kept_by_browsers_and_nothing_else_is_served(browser: Browser) -> None:
    page = await browser.get("/")
    style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = await browser.get(style)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    again = await browser.get(style, If_None_Match=answer.headers["etag"])
    assert again.status == 304
    for name in every_file():
        assert (await browser.get(f"/static/{name}")).status == 200
    for path in ("/favicon.ico", "/apple-touch-icon.png", "/static/avatar.png", "/static/header.png"):
        answer = await browser.get(path)
        assert answer.headers["content-type"] == "image/png"
        assert "max-age=86400" in answer.headers["cache-control"]
    for path in ("/static/", "/static/../page.py", "/static/..%2fpage.py", "/static/nothing.css"):
        assert (await browser.get(path)).status == 404


async def test_s_g12_counts_of_those_who_hide_them_are_hidden(browser: Browser) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await follows.follow(bob.id, alice.id, boosts=True, notify=False, languages=None)
    assert "<strong>1</strong> follower" in (await browser.get("/@alice")).text
    await change_profile(alice.id, ProfileDraft(hide_collections=True))
    assert "follower" not in (await browser.get("/@alice")).text


async def test_pages_work_however_we_are_reached(browser: Browser) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    for path in ("/", "/@alice", f"/@alice/{post.id}"):
        body = (await browser.get(path)).text.split("<body")[1]
        assert f'href="/@alice/{post.id}"' in body
        assert 'src="/static/avatar.png"' in body
        assert "https://echo.test/@alice" not in body


async def test_feed_readers_read_what_a_page_shows(runtime: Runtime, browser: Browser) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    for visibility in Visibility:
        await make.post(alice, f"said {visibility.value} #tea", visibility=visibility)
    bobs = await make.post(bob, "said by bob")
    await boosts.boost(alice.id, bobs.id, Visibility.PUBLIC)
    await make.post(alice, "an answer to bob", reply_to=bobs.id)
    picture = await make.image(alice, 'a "cat" & a dog')
    last = await make.post(
        alice, "<b>\x0bpictured</b>", spoiler="eek", sensitive=True, media_ids=(picture.id,)
    )
    feed = await browser.get("/@alice.rss")
    assert (feed.status, feed.headers["content-type"]) == (200, "application/rss+xml; charset=utf-8")
    assert (feed.headers["cache-control"], feed.headers["x-robots-tag"]) == ("public, max-age=60", "noindex")
    for path in ("/@alice", "/tags/tea"):
        assert f'href="{path}.rss"' in (await browser.get(path)).text
    channel = ElementTree.fromstring(feed.text)[0]
    newest, *older = channel.findall("item")
    assert [entry.findtext("title") for entry in older] == ["said unlisted #tea", "said public #tea"]
    assert (newest.findtext("guid"), newest.findtext("title")) == (last.url, "eek")
    assert "&lt;b&gt;" in (newest.findtext("description") or "")
    assert parsedate_to_datetime(newest.findtext("pubDate") or "") == last.created_at.replace(microsecond=0)
    enclosure = newest.find("enclosure")
    assert enclosure is not None
    assert enclosure.attrib == {
        "url": here().file(picture.file_key),
        "type": "image/png",
        "length": "0",
    }
    assert newest.findtext(f"{MEDIA}content/{MEDIA}description") == 'a "cat" & a dog'
    assert newest.findtext(f"{MEDIA}content/{MEDIA}rating") == "adult"
    again = await browser.get("/@alice.rss", If_None_Match=feed.headers["etag"])
    assert (again.status, again.text) == (304, "")
    for path, shown in {
        "/@alice/with_replies.rss": 4,
        "/@alice/media.rss": 1,
        "/@alice/tagged/TEA.rss": 2,
        "/@alice.rss?limit=1": 1,
        "/tags/tea.rss": 1,
    }.items():
        assert ((await browser.get(path)).text.count("<item>"), path) == (shown, path)
    stranger = await make.stranger()
    for path in (f"/@{stranger.username}@{stranger.domain}.rss", "/@nobody.rss", "/tags/1.rss"):
        assert (await browser.get(path)).status == 404
    assert (await browser.get("/users/alice.rss")).location == "/@alice.rss"
    await renaming.rename(alice.id, "alicia")
    assert (await browser.get("/@alice.rss")).location.endswith("/@alicia.rss")
    people.configure(runtime, federation={"only_allowed": True})
    for path in ("/@alicia.rss", "/tags/tea.rss"):
        assert (await browser.get(path)).location.startswith("/login")
