"""Visitors whose account is elsewhere, and what they see of quotes and live rooms."""

from __future__ import annotations

import pytest

from echo import ports
from echo.actions import posts, rooms
from echo.actions.drafts import PostDraft
from echo.actions.rooms import RoomDraft
from echo.addresses import here
from echo.kinds import Visibility
from tests import make
from tests.web.browser import Browser


class _Directory(ports.NullDirectory):
    """Knows where one server lets its people follow."""

    async def interaction_template(self, username: str, domain: str) -> str | None:
        return f"https://{domain}/follow?who={{uri}}" if domain == "far.test" else None


async def test_a_visitor_is_led_to_their_own_server(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, "Come and follow")
    private = await make.post(alice, "not for all", visibility=Visibility.FOLLOWERS)
    monkeypatch.setattr(ports, "directory", _Directory)
    for page, uri in ((f"/@alice/{post.id}", post.uri), ("/@alice", here().actor(alice.id))):
        link = f"/interact?uri={uri.replace(':', '%3A')}"
        assert f'href="{link}"' in (await browser.get(page)).text
        form = (await browser.get(link)).form("/interact")
        led = await browser.submit(form, handle="@zoe@far.test")
        quoted = uri.replace(":", "%3A").replace("/", "%2F")
        assert f'href="https://far.test/follow?who={quoted}"' in led.text
        unknown = await browser.submit(form, handle="zoe@nowhere.test")
        assert unknown.status == 422
        assert "nowhere.test does not know that name" in unknown.text
        assert (await browser.submit(form, handle="zoe")).status == 422
        assert (await browser.submit(form, handle="@zoe@far.test", csrf="another")).status == 403
        assert "far.test" in (await browser.submit(form, handle="far.test")).text
    for hidden in (private.uri, "https://far.test/users/zoe", f"{post.uri}/no", ""):
        assert (await browser.get(f"/interact?uri={hidden}")).status == 404


async def test_posts_show_what_they_quote_and_their_live_room(browser: Browser) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    quoted = await make.post(alice, "Three coats of tar")
    quote = await posts.publish(
        bob.id, PostDraft(text="This!", visibility=Visibility.PUBLIC, quote_of_id=quoted.id)
    )
    page = await browser.get(f"/@bob/{quote.id}")
    assert "Three coats of tar" in page.text
    assert "<title>bob: This!" in page.text
    live = await make.post(alice, "Come in")
    room_id = await rooms.create(alice.id, RoomDraft(title="Herons", post_id=live.id))
    page = await browser.get(f"/@alice/{live.id}")
    assert f'href="/rooms/{room_id}"' in page.text
    assert "Live now" in page.text
    await rooms.end(alice.id, room_id)
    assert "Live now" not in (await browser.get(f"/@alice/{live.id}")).text
