"""S-E01, S-E03, S-E08, S-E12: what came from elsewhere, as apps and browsers get it."""

from __future__ import annotations

import html as entities
import re
from datetime import timedelta
from typing import Any

from activitypub import webfinger
from echo.actions.accounts import change_profile
from echo.actions.drafts import ProfileDraft
from echo.models import Account, Post
from tests import make
from tests.api.asking import Api
from tests.federation.peer import Peer, stamp
from tests.federation.test_handlers import followed, says
from tests.fediverse import Echo
from tests.text import vectors
from tests.text.judge import judge

# Half characters are no text on the wire. Many stand in one text: each is inert when all of them are.
VECTORS = [text for text in vectors.ALL if not re.search("[\ud800-\udfff]", text)]
PIECES = [VECTORS[start : start + 40] for start in range(0, len(VECTORS), 40)]


async def test_s_e01_hostile_html_comes_in_inert(one: Echo, peer: Peer) -> None:
    whole = "<p>|</p>".join(VECTORS)
    bob = peer.person("bob")
    rows = [{"type": "PropertyValue", "name": "<b>x</b>", "value": text} for text in VECTORS[:50]]
    hostile = {"name": "<script>run()</script>Bob", "summary": whole, "attachment": rows}
    peer.serve(bob.id, {**bob.document, **hostile})
    reader = await followed(bob, one)
    for piece in PIECES:
        note = {**bob.note(), "content": "<p>|</p>".join(piece), "summary": piece[0], "name": piece[0]}
        assert await says(bob, one, bob.creates(note)) == ""
    api = Api(one.app.test_client())
    shown = (await api.get("/api/v1/timelines/home?limit=40", by=reader)).many("Status")
    assert len(shown) == len(PIECES)
    for document in shown:
        judge(document["content"])
    account = shown[0]["account"]
    judge(account["note"])
    for row in account["fields"]:
        judge(row["value"])
        assert "<" not in row["name"]


async def test_s_e01_hostile_text_typed_here_is_inert(one: Echo) -> None:
    alice = await make.person()
    api = Api(one.app.test_client())
    for content_type in ("text/plain", "text/markdown"):
        for start in range(0, len(VECTORS), 5):
            text = "\n\n".join(VECTORS[start : start + 5])[:400]
            body = {"status": text, "content_type": content_type, "spoiler_text": text[:50]}
            made = await api.post("/api/v1/statuses", by=alice, json=body)
            judge(made.one("Status")["content"], ours=True)
    profile = {"note": VECTORS[0], "display_name": "<img src=x onerror=run()>"}
    own = (await api.patch("/api/v1/accounts/update_credentials", by=alice, json=profile)).json
    judge(own["note"], ours=True)
    page = await one.app.test_client().get(f"/@{alice.account.username}")
    text = (await page.get_data()).decode()
    assert "<img src=x" not in text
    assert "<script>run()" not in text


async def test_s_e03_old_versions_are_clean_too(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    reader = await followed(bob, one)
    note = bob.note("", published=stamp(timedelta(hours=1))) | {"content": "<p>one<script>1</script></p>"}
    await says(bob, one, bob.creates(note))
    await says(bob, one, bob.does("Update", {**note, "content": "<p onclick=x>two</p>", "updated": stamp()}))
    post = await Post.get(uri=note["id"])
    api = Api(one.app.test_client())
    versions = (await api.get(f"/api/v1/statuses/{post.id}/history", by=reader)).json
    assert [version["content"] for version in versions] == ["<p>one</p>", "<p>two</p>"]


BAD = (
    "javascript:run()",
    "data:text/html,x",
    "//evil.test/x",
    "\x01https://evil.test",
    " https:/\\evil.test",
)


async def test_s_e08_addresses_with_other_schemes_are_left_out(one: Echo, peer: Peer) -> None:
    bad = BAD[0]
    bob = peer.person("bob", url=bad, icon={"type": "Image", "url": bad}, image={"type": "Image", "url": bad})
    reader = await followed(bob, one)
    notes = []
    for bad in BAD:
        fields: dict[str, Any] = {
            "url": bad,
            "attachment": [{"type": "Image", "url": bad}, {"type": "Link", "href": bad}],
            "tag": [{"type": "Emoji", "name": ":bad:", "icon": {"type": "Image", "url": bad}}],
            "content": f'<p><a href="{entities.escape(bad)}">x</a> :bad:</p>',
        }
        notes.append({**bob.note(), **fields})
        assert await says(bob, one, bob.creates(notes[-1])) == ""
    api = Api(one.app.test_client())
    answer = await api.get("/api/v1/timelines/home", by=reader)
    shown = answer.many("Status")
    assert {document["url"] for document in shown} == {note["id"] for note in notes}
    for document in shown:
        assert document["account"]["url"] == bob.id
        assert document["emojis"] == document["media_attachments"] == []
    for word in (b"javascript:", b"data:", b'"//evil', b"https:/\\\\"):
        assert word not in answer.body


async def test_s_e12_names_are_told_apart_whatever_they_are_made_of(one: Echo) -> None:
    alice = await make.person("alice")
    await change_profile(alice.id, ProfileDraft(display_name="\u202egnp.lia\u2066 \u200d\u200badmin"))
    post = await make.post(alice, "hello")
    for path in ("/@alice", f"/@alice/{post.id}"):
        response = await one.app.test_client().get(path)
        page = (await response.get_data()).decode()
        # Inside an element of its own that keeps directions to itself, and the handle beside it.
        name = re.escape("\u202egnp.lia")
        shown = page.partition("<body")[2]
        isolated = re.findall(rf"<bdi[^>]*>{name}", shown)
        assert isolated
        assert len(re.findall(rf">[^<]*{name}", shown)) == len(isolated)
        assert "@alice@one.test" in page or "@alice" in shown


UNSEEN = ("al\u202eice", "al\u200dice", "alice\u200b", "\u2066alice", "al\u00adice", "alice\ufeff")


async def test_s_e12_no_handle_has_characters_that_are_not_seen(one: Echo, peer: Peer) -> None:
    for user in UNSEEN:
        assert webfinger.find_handle(f"{user}@peer.test") is None
        bob = peer.person("bob", preferredUsername=user)
        await bob.sends(one, bob.does("View", f"{bob.id}/x"))
        assert not await Account.filter(username=user).exists()
