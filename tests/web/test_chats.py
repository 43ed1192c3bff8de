"""The page behind the join link of a group."""

from __future__ import annotations

import re

from echo import db
from echo.actions import chat_groups
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def test_a_link_leads_into_the_group(browser: Browser) -> None:
    owner, guest = (await make.person("owner")).id, (await people.person("guest")).id
    chat = await chat_groups.create(owner, "Tea <b>")
    token = await chat_groups.change_link(owner, chat.id, has_one=True)
    path = f"/chats/join/{token}"
    page = await browser.get(path)
    assert page.status == 200
    assert "Tea &lt;b&gt;" in page.text
    assert "owner" in page.text
    assert f'href="/login?next={path.replace("/", "%2F")}"' in page.text
    assert f'href="/sign-up?next={path}"' in page.text
    # Who has an account elsewhere says where, and is led there.
    gone = await browser.submit(page.form("/interact"), handle="somebody@nowhere.test")
    assert (gone.status, "Join Tea &lt;b&gt;" in gone.text) == (422, True)
    assert f'href="/login?next={path.replace("/", "%2F")}"' in gone.text
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert not re.search(r"<script|\son[a-z]+=|style=", page.text)
    assert "noindex" in page.text
    assert (await browser.get("/chats/join/no-such-link")).status == 404
    assert (await browser.get("/chats/join/%00")).status == 404

    await browser.log_in("guest", PASSWORD)
    form = (await browser.get(path)).form(path)
    assert (await browser.send("POST", path, values={"csrf": "wrong"})).status == 403
    assert (await browser.submit(form)).location == path
    page = await browser.get(path)
    assert "You are in this group" in page.text
    state = "SELECT state FROM chat_members WHERE chat_id = $1 AND account_id = $2"
    assert await db.fetch_value(state, chat.id, guest) == "active"
    await chat_groups.remove(owner, chat.id, guest)
    refused = await browser.submit((await browser.get(path)).form(path))
    assert refused.status == 403
    assert "You were removed from this chat" in refused.text
    await chat_groups.change_link(owner, chat.id, has_one=False)
    assert (await browser.get(path)).status == 404
