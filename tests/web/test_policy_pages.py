"""Pages of policies: made from what their kinds declare, tried before they are saved; and the queue."""

from __future__ import annotations

import re

from echo.actions import judging
from echo.kinds import Held, Role
from echo.models import HeldThing, Policy, Post
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def test_a_policy_is_tried_saved_and_taken_away_on_pages(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await make.post(await make.person("alice"), "a <b>casino</b>")
    await browser.log_in("root", PASSWORD)
    listing = await browser.get("/admin/policies")
    assert "There is no policy" in listing.text
    page = await browser.get("/admin/policies/new?kind=words")
    # Every option says what it does; its name in programs is no word for people.
    for does in ("Do not take it, and tell people here the reason", "In the addresses that it links to"):
        assert f">{does}<" in page.text or f"> {does}<" in page.text
    assert not re.search(r">\s*(untell|drop_files|warn|rewrite|links)\s*<", page.text)
    form = page.form("/admin/policies/new")
    form.values.update(
        {
            "name": "Casinos",
            "settings[words]": "casino\r\nroulette wheel\r\n",
            "settings[action]": "reject",
            "settings[where][]": "text",
            "doors[]": "local",
            "posts": "local",
            "limit": "10",
        }
    )
    tried = await browser.submit(form, do="try")
    assert tried.status == 200
    assert "What it would have done" in tried.text
    assert "a &lt;b&gt;casino&lt;/b&gt;" in tried.text
    assert "roulette wheel" in tried.text, "what was typed stays in the form"
    assert not await Policy.exists()
    assert (await browser.submit(form, do="save")).location == "/admin/policies?done=made"
    row = await Policy.get()
    assert row.settings["words"] == ["casino", "roulette wheel"]
    assert (row.enabled, row.doors, row.settings["whole_words"]) == (False, ["local"], False)
    assert "Posts of people here" in (await browser.get("/admin/policies")).text
    one = await browser.get(f"/admin/policies/{row.id}")
    form = one.form(f"/admin/policies/{row.id}")
    wrong = await browser.submit(form, do="save", only_hosts="not a host!")
    assert wrong.status == 422
    saved = await browser.submit(
        form, **{"do": "save", "enabled": "true", "settings[words]": "x", "settings[action]": "hold"}
    )
    assert saved.location == "/admin/policies?done=changed"
    assert (await Policy.get()).enabled
    assert "Casinos" in (await browser.get("/admin/policies")).text
    gone = await browser.submit(one.form(f"/admin/policies/{row.id}"), do="delete")
    assert gone.location == "/admin/policies?done=deleted"
    assert not await Policy.exists()
    assert (await browser.get("/admin/policies/new?kind=nonsense")).status == 404
    for kind in ("patterns", "caps", "newcomers", "repeats", "servers", "hook"):
        assert (await browser.get(f"/admin/policies/new?kind={kind}")).status == 200


async def test_a_moderator_decides_about_several_held_posts_at_once(browser: Browser) -> None:
    await people.person("mod", role=Role.MODERATOR)
    await make.policy("words", words=["maybe"], action="hold")
    alice = await make.person("alice")
    for number in range(2):
        await make.post(alice, f"maybe {number}")
    await browser.log_in("mod", PASSWORD)
    assert (await browser.get("/admin/policies")).status == 404
    page = await browser.get("/admin/held")
    assert "maybe 1" in page.text
    form = page.form("/admin/held")
    assert (await browser.submit(form, do="accept")).location == "/admin/held?done=none"
    first, second = await HeldThing.all().order_by("id")
    assert (await browser.submit(form, **{"do": "accept", "held[]": str(first.id)})).location.endswith(
        "accept"
    )
    await browser.submit(form, **{"do": "reject", "held[]": str(second.id)})
    states = {post.id: post.held for post in await Post.all()}
    assert states == {first.post_id: Held.NOT, second.post_id: Held.REFUSED}
    assert "maybe 1" in (await browser.get("/admin/held?state=rejected")).text
    judging.forget()


async def test_files_are_banned_and_allowed_on_a_page(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    page = await browser.get("/admin/files")
    form = page.form("/admin/files")
    assert (await browser.submit(form, do="digests", digests="nonsense")).status == 422
    assert (await browser.submit(form, do="post", post="https://echo.test/@a/99")).status == 422
    assert (await browser.submit(form, do="account", account="nobody@far.test")).status == 422
    assert "neither avatar nor header" in (await browser.submit(form, do="account", account="@root")).text
    done = await browser.submit(form, do="digests", digests="0123456789abcdef", note="a list")
    assert done.location == "/admin/files?done=banned"
    listed = await browser.get("/admin/files")
    assert "look 0123456789abcdef" in listed.text
    allowed = await browser.submit(listed.forms[-1], do="allow")
    assert allowed.location == "/admin/files?done=allowed"
    assert "No file is banned." in (await browser.get("/admin/files")).text
