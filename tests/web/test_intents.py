"""What buttons on other pages lead to: sharing, following, liking, boosting."""

from __future__ import annotations

import pytest

from echo import ports
from echo.kinds import Visibility
from echo.models import Account, Follow, Like, Post
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser

INTERACT = "/authorize_interaction"


async def test_a_text_is_shared_from_another_page(browser: Browser) -> None:
    path = "/share?title=Tea&text=is%20%3Cgood%3E&url=https%3A%2F%2Ftea.example%2F&visibility=private"
    assert "next=%2Fshare" in (await browser.get(path)).location
    alice = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    form = (await browser.get(path)).form("/share")
    assert form.values["text"] == "Tea is <good> https://tea.example/"
    assert form.values["visibility"] == "followers"
    assert await Post.all().count() == 0
    assert (await browser.submit(form, csrf="another")).status == 403
    refused = await browser.submit(form, text="x" * 501)
    assert (refused.status, refused.form("/share").values["text"]) == (422, "x" * 501)
    for _ in range(2):  # pressed twice
        assert (await browser.submit(form, spoiler="hot")).location == "/account?done=said"
    post = await Post.get(author_id=alice.id)
    assert (post.text, post.spoiler, post.visibility) == (
        "Tea is <good> https://tea.example/",
        "hot",
        Visibility.FOLLOWERS,
    )
    form = (await browser.get("/share")).form("/share")
    assert form.values["visibility"] == "public"
    shared = await browser.submit(form, text="for all")
    assert "for all" in (await browser.get(shared.location)).text


async def test_somebody_is_followed_and_a_post_liked_from_another_server(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger, bob = await make.stranger(), await make.person("bob")
    far = await make.remote_post(stranger, "<p>from afar</p>")
    assert (
        "next=%2Fauthorize_interaction" in (await browser.get(f"{INTERACT}?uri=acct:bob@echo.test")).location
    )
    alice = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    handle = f"@{stranger.username}@{stranger.domain}"
    for wanted in (handle, f"acct:{handle[1:]}", stranger.uri):
        page = await browser.get(f"{INTERACT}?uri={wanted}")
        assert handle in page.text
    assert await Follow.all().count() == 0
    followed = await browser.submit(page.form(f"{INTERACT}/accounts/{stranger.id}/follow"))
    assert "You have asked to follow them." in followed.text
    assert (await Follow.get(follower_id=alice.id)).followee_id == stranger.id
    for wanted in ("bob", "/@bob", "acct:bob@echo.test", "https://echo.test/@bob"):
        assert (await browser.get(f"{INTERACT}?uri={wanted}")).status == (404 if wanted == "/@bob" else 200)
    near = await make.post(bob, "from here")
    hidden = await make.post(bob, "kept back", visibility=Visibility.FOLLOWERS)
    assert (await browser.get(f"{INTERACT}?uri={hidden.uri}")).status == 404
    assert "from here" in (await browser.get(f"{INTERACT}?uri={near.url}")).text
    page = await browser.get(f"{INTERACT}?uri={far.uri}")
    assert "from afar" in page.text
    for verb in ("like", "boost"):
        done = await browser.submit(page.form(f"{INTERACT}/posts/{far.id}/{verb}"))
        assert (done.status, "from afar" in done.text) == (200, True)
    assert (await Like.get(account_id=alice.id)).post_id == far.id
    assert await Post.filter(author_id=alice.id, boost_of_id=far.id).count() == 1
    with_action = f"{INTERACT}/posts/{hidden.id}/like"
    assert (await browser.send("POST", with_action, values=page.forms[-1].values)).status == 404

    class Directory(ports.NullDirectory):
        async def post_by_iri(self, iri: str) -> int | None:
            return far.id if iri.endswith("/new") else None

        async def account_by_iri(self, iri: str) -> int | None:
            return None

    monkeypatch.setattr(ports, "directory", Directory)
    assert "from afar" in (await browser.get(f"{INTERACT}?uri=https://far.example/new")).text
    assert (await browser.get(f"{INTERACT}?uri=https://far.example/none")).status == 404


@pytest.mark.parametrize("approves", [False, True])
async def test_a_profile_says_whether_one_follows_and_how_to_undo_it(
    browser: Browser, *, approves: bool
) -> None:
    bob = await make.person("bob")
    await Account.filter(id=bob.id).update(locked=approves)
    alice = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    assert "You follow them" not in (await browser.get("/@bob")).text
    form = (await browser.get(f"{INTERACT}?uri=bob")).form(f"{INTERACT}/accounts/{bob.id}/follow")
    assert (await browser.submit(form)).status == 200
    profile = await browser.get("/@bob")
    said = "You have asked to follow them" if approves else "You follow them"
    assert said in profile.text
    assert ">Follow<" not in profile.text
    undone = await browser.submit(profile.form(f"{INTERACT}/accounts/{bob.id}/unfollow"))
    assert "You do not follow them." in undone.text
    assert undone.form(f"{INTERACT}/accounts/{bob.id}/follow")
    assert not await Follow.filter(follower_id=alice.id).exists()
    assert said not in (await browser.get("/@bob")).text
    assert (await browser.send("POST", f"{INTERACT}/accounts/{bob.id}/unfollow")).status == 403
