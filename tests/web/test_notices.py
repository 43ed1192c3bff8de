"""The page on which letters are chosen, and the links that end them."""

from __future__ import annotations

import pytest

from echo.kinds import Role
from echo.policy import letters as policy
from echo.store import letters
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser

PATH = "/settings/notifications"


async def test_letters_are_chosen_on_a_page(browser: Browser) -> None:
    user = await people.person("alice")
    assert (await browser.get(PATH)).location.startswith("/login")
    await browser.log_in("alice", PASSWORD)
    page = await browser.get(PATH)
    assert page.status == 200
    assert 'name="mention" value="1" checked' in page.text
    assert 'name="digest" value="1">' in page.text
    assert 'name="sign_up"' not in page.text
    answer = await browser.submit(page.form(PATH), like="1", digest="1", sign_up="1")
    assert answer.location == f"{PATH}?done=kept"
    page = await browser.get(answer.location)
    assert "Your choices are kept" in page.text
    assert 'name="like" value="1" checked' in page.text
    assert 'name="mention" value="1">' in page.text
    known = policy.read(await letters.settings(user.id))
    assert (known.digest, known.always) == (True, False)
    assert known.kinds >= policy.FOR_MODERATORS, "what was not offered is not changed"
    assert PATH in (await browser.get("/account")).text


async def test_moderators_have_more_to_choose(browser: Browser) -> None:
    user = await people.person("alice", role=Role.MODERATOR)
    await browser.log_in("alice", PASSWORD)
    page = await browser.get(PATH)
    assert 'name="sign_up" value="1" checked' in page.text
    await browser.submit(page.form(PATH), mention="1")
    assert policy.read(await letters.settings(user.id)).kinds == {"mention"}


async def test_a_link_ends_letters_without_a_log_in(browser: Browser) -> None:
    """Opening it changes nothing; a POST from a mail program has no cookie and no token."""
    user = await people.person("alice")
    path = f"/unsubscribe/{policy.ticket(await letters.secret(), user.id, 'mention')}"
    page = await browser.get(path)
    assert "Somebody mentions you" in page.text
    assert "mention" in policy.read(await letters.settings(user.id)).kinds
    for _ in range(2):
        program = Browser(browser.client)
        answer = await program.send("POST", path, values={"List-Unsubscribe": "One-Click"})
        assert answer.status == 200
    known = policy.read(await letters.settings(user.id))
    assert known.kinds == policy.Letters().kinds - {"mention"}
    pressed = await browser.submit(page.forms[-1])
    assert pressed.status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_links_that_we_did_not_make_are_unknown(browser: Browser, method: str) -> None:
    user = await people.person("alice")
    real = policy.ticket(await letters.secret(), user.id, "mention")
    for ticket in ("x", "1.mention.0", real[:-1], real.replace("mention", "follow"), f"9{real}"):
        assert (await browser.send(method, f"/unsubscribe/{ticket}")).status == 404
    assert "mention" in policy.read(await letters.settings(user.id)).kinds
