"""Rows of the story with a framework that can look anything up, as `fedify lookup` does."""

from __future__ import annotations

from tests.interop.peers.app import AppPeer
from tests.interop.peers.peer import DOCUMENTS
from tests.interop.story import THEIRS, Scene, row


def peer(scene: Scene) -> AppPeer:
    found: AppPeer = scene.peer
    return found


@row("look up an actor", THEIRS, story=DOCUMENTS)
def an_actor(scene: Scene) -> None:
    by_handle = peer(scene).look_up(f"@{scene.alice.handle}")
    assert by_handle["type"] == "Person", by_handle
    assert peer(scene).look_up(by_handle["id"])["json"]["preferredUsername"] == "alice"


@row("look up a post", THEIRS, story=DOCUMENTS)
def a_post(scene: Scene) -> None:
    status = scene.alice.client.status_post("Look me up.")
    for address in (status.uri, status.url):
        found = peer(scene).look_up(address)
        assert found["type"] == "Note", found
        assert found["id"] == status.uri, found


@row("look up collections", THEIRS, story=DOCUMENTS)
def collections(scene: Scene) -> None:
    actor = peer(scene).look_up(f"@{scene.alice.handle}")["json"]
    posts = [scene.alice.client.status_post(f"Number {number}.").uri for number in range(3)]
    outbox = peer(scene).look_up(actor["outbox"], traverse=True)
    for post in posts:
        assert any(post in (item or "") for item in outbox["items"]), outbox["items"]
    for name in ("followers", "following", "featured"):
        found = peer(scene).look_up(actor[name], traverse=True)
        assert found["type"] == "OrderedCollection", found
