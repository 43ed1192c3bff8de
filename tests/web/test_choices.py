"""The forms of the settings: what is typed is kept, and shown again."""

from __future__ import annotations

import io

from quart.datastructures import FileStorage

from echo.actions import chat_marks
from echo.kinds_of_chats import ChatWriters
from echo.models import (
    Account,
    AvoidedDomain,
    Block,
    Filter,
    FilterKeyword,
    FormerName,
    Mute,
    TagFollow,
    User,
)
from echo.store import chats, notification_policies
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.media import pictures
from tests.web.browser import Browser, Form


async def _logged_in(browser: Browser) -> User:
    user = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    return user


async def _form(browser: Browser, path: str, action: str = "") -> Form:
    return (await browser.get(path)).form(action or path)


async def test_a_profile_is_changed_with_its_pictures(browser: Browser) -> None:
    user = await _logged_in(browser)
    path = "/settings/profile"
    form = await _form(browser, path)
    values = form.values | {
        "display_name": "Alice <3",
        "note": "Hello & welcome",
        "fields[0][name]": "Site",
        "fields[0][value]": "https://alice.test",
        "bot": "1",
        "show_media": "1",
        "attribution_domains": "news.test\nblog.test",
        "avatar_description": "me",
    }
    sent = {name: value for name, value in values.items() if name not in ("avatar", "header")}
    response = await browser.client.post(
        path,
        scheme="https",
        headers={"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())},
        form=sent,
        files={"avatar": FileStorage(io.BytesIO(pictures.png(40, 40)), filename="me.png")},
    )
    assert response.headers["Location"] == f"{path}?done=kept", await response.get_data()
    account = await Account.get(id=user.id)
    assert (account.display_name, account.note_source, account.kind) == (
        "Alice <3",
        "Hello & welcome",
        "service",
    )
    assert [row["name"] for row in account.fields_] == ["Site"]
    assert account.avatar
    assert (account.avatar_description, account.header) == ("me", "")
    assert (account.show_media, account.show_featured) == (True, False)
    assert account.attribution_domains == ["news.test", "blog.test"]
    page = await browser.get(path)
    assert "Alice &lt;3" in page.text
    assert 'value="https://alice.test"' in page.text
    # Without a file the picture stays; a tick takes it away.
    form = page.form(path)
    await browser.submit(form, display_name="Alice")
    assert (await Account.get(id=user.id)).avatar == account.avatar
    await browser.submit(form, no_avatar="1")
    assert (await Account.get(id=user.id)).avatar == ""
    assert (await browser.submit(form, display_name="x" * 500)).status == 422


async def test_privacy_chat_and_strangers_are_chosen(browser: Browser) -> None:
    user = await _logged_in(browser)
    await browser.submit(await _form(browser, "/settings/privacy"), discoverable="1")
    account = await Account.get(id=user.id)
    assert (account.locked, account.discoverable, account.indexable, account.hide_collections) == (
        True,
        True,
        False,
        True,
    )
    await browser.submit(await _form(browser, "/settings/privacy"), open="1", collections="1", indexable="1")
    account = await Account.get(id=user.id)
    assert (account.locked, account.discoverable, account.indexable, account.hide_collections) == (
        False,
        False,
        True,
        False,
    )
    await chat_marks.prefer(user.id, share_last_seen=True)
    await browser.submit(
        await _form(browser, "/settings/chat"), who_may_write="mutuals", share_typing="1", invisible="1"
    )
    known = await chats.preference(user.id)
    assert known.who_may_write == ChatWriters.MUTUALS
    assert (
        known.share_typing,
        known.share_read,
        known.share_last_seen,
        known.invisible,
        known.ask_first,
    ) == (
        True,
        False,
        False,
        True,
        False,
    )
    form = await _form(browser, "/settings/notifications", "/settings/notifications/strangers")
    await browser.submit(form, not_following="2", bots="1", not_followers="9", new_accounts="x")
    policy = await notification_policies.policy(user.id)
    assert (policy.not_following, policy.bots, policy.not_followers, policy.new_accounts) == (2, 1, 0, 0)
    assert 'value="2" selected' in (await browser.get("/settings/notifications")).text


async def test_filters_are_made_changed_and_deleted(browser: Browser) -> None:
    user = await _logged_in(browser)
    path = "/settings/filters"
    form = await _form(browser, f"{path}/new", path)
    form.values.update(
        {"title": "Spoilers", "filter_action": "hide", "expires_in": "86400", "context[]": "home"}
    )
    form.values.update({"keywords[0][keyword]": "ending", "keywords[1][keyword]": "the butler"})
    form.values["keywords[0][whole_word]"] = "1"
    assert (await browser.submit(form, title=" ")).status == 422
    assert (await browser.submit(form)).location == f"{path}?done=added"
    made = await Filter.get(account_id=user.id)
    assert (made.title, made.action, made.contexts) == ("Spoilers", "hide", ["home"])
    assert made.expires_at is not None
    words = await FilterKeyword.filter(filter_id=made.id).order_by("id")
    assert [(word.keyword, word.whole_word) for word in words] == [("ending", True), ("the butler", False)]
    page = await browser.get(path)
    assert "the butler" in page.text
    one = await browser.get(f"{path}/{made.id}")
    assert 'value="keep" selected' in one.text
    form = one.form(f"{path}/{made.id}")
    form.values.update({"filter_action": "warn", "expires_in": "keep", "context[]": "thread"})
    form.values.update({"keywords[0][keyword]": "finale", "keywords[1][remove]": "1"})
    form.values["keywords[2][keyword]"] = "twist"
    assert (await browser.submit(form)).location == f"{path}?done=kept"
    kept = await Filter.get(id=made.id)
    assert (kept.action, kept.contexts, kept.expires_at) == ("warn", ["thread"], made.expires_at)
    words = await FilterKeyword.filter(filter_id=made.id).order_by("id")
    assert [word.keyword for word in words] == ["finale", "twist"]
    again = (await browser.get(f"{path}/{made.id}")).form(f"{path}/{made.id}")
    await browser.submit(again, expires_in="never", **{"context[]": "home", "filter_action": "hide"})
    assert (await Filter.get(id=made.id)).expires_at is None
    # Of somebody else there is nothing.
    other = Browser(browser.client)
    await people.person("bob")
    await other.log_in("bob", PASSWORD)
    csrf = (await other.get(path)).form("/logout").values["csrf"]
    assert (await other.get(f"{path}/{made.id}")).status == 404
    for target in (f"{path}/{made.id}", f"{path}/{made.id}/delete", f"{path}/x/delete"):
        assert (await other.send("POST", target, values={"csrf": csrf})).status == 404
    await browser.submit(page.form(f"{path}/{made.id}/delete"))
    assert await Filter.all().count() == 0


async def test_people_servers_and_hashtags_are_listed_and_taken_off(browser: Browser) -> None:
    user = await _logged_in(browser)
    bob, far = await people.person("bob"), await make.stranger("eve")
    for path, handle in (("/settings/blocks", "bob"), ("/settings/mutes", f"@eve@{far.domain}")):
        form = await _form(browser, path)
        assert (await browser.submit(form, handle="nobody")).status == 422
        assert (await browser.submit(form, handle="alice")).status == 422
        assert (await browser.submit(form, handle=handle, duration="3600")).location == f"{path}?done=added"
    assert await Block.filter(blocker_id=user.id, blocked_id=bob.id).exists()
    mute = await Mute.get(muter_id=user.id)
    assert (mute.muted_id, mute.notifications, mute.expires_at is None) == (far.id, False, False)
    page = await browser.get("/settings/blocks")
    assert "@bob" in page.text
    await browser.submit(page.form(f"/settings/blocks/{bob.id}/remove"))
    page = await browser.get("/settings/mutes")
    assert "until" in page.text
    await browser.submit(page.form(f"/settings/mutes/{far.id}/remove"))
    assert (await Block.all().count(), await Mute.all().count()) == (0, 0)
    form = await _form(browser, "/settings/domains")
    assert (await browser.submit(form, domain="echo.test")).status == 422
    await browser.submit(form, domain="Bad.test")
    page = await browser.get("/settings/domains")
    assert "bad.test" in page.text
    await browser.submit(page.form("/settings/domains/remove"))
    assert await AvoidedDomain.all().count() == 0
    form = await _form(browser, "/settings/tags")
    assert (await browser.submit(form, name="#")).status == 422
    await browser.submit(form, name="#Straße")
    page = await browser.get("/settings/tags")
    tag = next(form for form in page.forms if form.action.endswith("/remove"))
    await browser.submit(tag)
    assert await TagFollow.all().count() == 0


async def test_another_name_is_taken_by_oneself_and_not_too_often(browser: Browser) -> None:
    user = await _logged_in(browser)
    await people.person("bob")
    path = "/settings/name"
    form = await _form(browser, path)
    for name, password in (("ally", "wrong"), ("bob", PASSWORD), ("admin", PASSWORD), ("a b", PASSWORD)):
        assert (await browser.submit(form, new_name=name, password=password)).status == 422, name
    assert (await browser.submit(form, new_name="Ally", password=PASSWORD)).location == f"{path}?done=renamed"
    assert (await Account.get(id=user.id)).username == "ally"
    assert await FormerName.filter(username_key="alice", account_id=user.id).exists()
    answer = await browser.submit(form, new_name="alice", password=PASSWORD)
    assert "30 days ago" in answer.text
    assert (await browser.get("/@alice")).status == 302
