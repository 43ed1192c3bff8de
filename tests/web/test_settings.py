"""Pages for what apps do not offer: preferences, aliases, moving, deleting."""

from __future__ import annotations

import pytest

from echo.actions import moves
from echo.models import Account, User
from echo.policy import preferences
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser

PAGES = (
    "/settings/profile",
    "/settings/privacy",
    "/settings/preferences",
    "/settings/chat",
    "/settings/tags",
    "/settings/filters",
    "/settings/blocks",
    "/settings/mutes",
    "/settings/domains",
    "/settings/name",
    "/settings/aliases",
    "/settings/move",
    "/settings/delete",
)


async def _logged_in(browser: Browser, name: str = "alice") -> User:
    user = await people.person(name)
    await browser.log_in(name, PASSWORD)
    return user


@pytest.mark.parametrize("path", PAGES)
async def test_pages_are_for_those_who_are_logged_in(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.status, answer.location) == (302, f"/login?next={path.replace('/', '%2F')}")
    user = await _logged_in(browser)
    account = await browser.get("/account")
    assert f'href="{path}"' in account.text
    page = await browser.get(path)
    assert page.status == 200
    assert "<script" not in page.text
    assert (await browser.send("POST", path, values={"csrf": "guessed"})).status == 403
    await User.filter(id=user.id).update(disabled_at=user.created_at)
    assert (await browser.get(path)).status == 403


async def test_preferences_are_kept(browser: Browser) -> None:
    user = await _logged_in(browser)
    page = await browser.get("/settings/preferences")
    form = page.form("/settings/preferences")
    answer = await browser.submit(
        form, visibility="followers", quotes="nobody", media="hide_all", language="DE", spoilers="1"
    )
    assert answer.location == "/settings/preferences?done=kept"
    kept = preferences.read((await User.get(id=user.id)).settings)
    assert (kept.visibility, kept.quote_policy, kept.language) == ("followers", "nobody", "de")
    assert (kept.expand_media, kept.expand_spoilers, kept.autoplay, kept.sensitive) == (
        "hide_all",
        True,
        False,
        False,
    )
    assert 'value="hide_all" checked' in (await browser.get("/settings/preferences?done=kept")).text
    await browser.submit(form, visibility="<b>", quotes="x", media="", language="nonsense")
    kept = preferences.read((await User.get(id=user.id)).settings)
    assert kept == preferences.Preferences()


async def test_aliases_are_added_and_removed(browser: Browser) -> None:
    user, old = await _logged_in(browser), await make.stranger("old", "far.test")
    page = await browser.get("/settings/aliases")
    refused = await browser.submit(page.form("/settings/aliases"), handle="nobody@far.test")
    assert refused.status == 422
    assert "no such account" in refused.text
    await browser.submit(page.form("/settings/aliases"), handle="@old@far.test")
    assert (await Account.get(id=user.id)).also_known_as == [old.uri]
    page = await browser.get("/settings/aliases?done=added")
    assert "@old@far.test" in page.text
    await browser.submit(page.form("/settings/aliases/remove"))
    assert (await Account.get(id=user.id)).also_known_as == []


async def test_moving_and_coming_back(browser: Browser) -> None:
    user, new = await _logged_in(browser), await make.person("new")
    form = (await browser.get("/settings/move")).form("/settings/move")
    refused = await browser.submit(form, handle="new", password=PASSWORD)
    assert "does not name this one" in refused.text
    await moves.add_alias(new.id, "alice")
    assert (await browser.submit(form, handle="new", password="wrong")).status == 422
    assert (
        await browser.submit(form, handle="new", password=PASSWORD)
    ).location == "/settings/move?done=moved"
    assert (await Account.get(id=user.id)).moved_to_uri == new.account.uri
    assert "Moved to" in (await browser.get("/@alice")).text
    page = await browser.get("/settings/move")
    assert "@new@echo.test" in page.text
    assert "You have moved" in (await browser.get("/account")).text
    assert (await browser.get("/settings/preferences")).status == 403
    await browser.submit(page.form("/settings/move/back"))
    assert (await Account.get(id=user.id)).moved_to_uri == ""


async def test_deleting_ones_account(browser: Browser) -> None:
    user = await _logged_in(browser)
    form = (await browser.get("/settings/delete")).form("/settings/delete")
    assert (await browser.submit(form, password="wrong")).status == 422
    assert (await Account.get(id=user.id)).deleted_at is None
    answer = await browser.submit(form, password=PASSWORD)
    assert answer.location == "/login?done=deleted"
    assert (await Account.get(id=user.id)).deleted_at is not None
    assert "is deleted" in (await browser.get(answer.location)).text
    assert (await browser.get("/account")).status == 302
