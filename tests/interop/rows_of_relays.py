"""A relay between two Echos that do not know each other: one asks it by its inbox, the other by its actor."""

from __future__ import annotations

from typing import Any

from tests.e2e.servers import Server
from tests.interop.peers.peer import RELAYS
from tests.interop.story import OURS, THEIRS, Scene, row, stays, within


def _state(server: Server) -> str:
    return str(server.ctl("federation", "relay", "list")[0]["state"])


def _public(scene: Scene, text: str) -> Any:
    """A post in the public timeline of the server that did not write it."""
    found = scene.alice.client.timeline_public(limit=40)
    return next((status for status in found if text in status.content), None)


def _public_far(scene: Scene, text: str) -> Any:
    found = scene.kept["nina"].client.timeline_public(limit=40)
    return next((status for status in found if text in status.content), None)


@row("subscribe by inbox", OURS, story=RELAYS)
def subscribe_by_inbox(scene: Scene) -> None:
    scene.echo.ctl("federation", "relay", "add", f"{scene.peer.url}/inbox")
    within(lambda: _state(scene.echo) == "accepted")
    within(lambda: "echo.test" in scene.peer.connected())


@row("subscribe by actor", OURS, story=RELAYS)
def subscribe_by_actor(scene: Scene) -> None:
    """The other kind, at the second Echo: the relay follows back."""
    far = scene.peer.far
    scene.kept["nina"] = far.person("nina")
    far.ctl("federation", "relay", "add", f"{scene.peer.url}/actor")
    within(lambda: _state(far) == "accepted")
    within(lambda: "far.test" in scene.peer.connected())


@row("post", OURS, story=RELAYS)
def post(scene: Scene) -> None:
    scene.kept["post"] = scene.alice.client.status_post("by way of the relay #relayed", visibility="public")
    shown = within(lambda: _public_far(scene, "by way of the relay"))
    assert (shown.uri, shown.account.acct) == (scene.kept["post"].uri, "alice@echo.test")


@row("post", THEIRS, story=RELAYS)
def post_from_far(scene: Scene) -> None:
    nina = scene.kept["nina"].client
    scene.kept["far post"] = nina.status_post("back by the same way", visibility="public")
    shown = within(lambda: _public(scene, "back by the same way"))
    assert (shown.uri, shown.account.acct) == (scene.kept["far post"].uri, "nina@far.test")


@row("what is not public stays", OURS, story=RELAYS)
def private(scene: Scene) -> None:
    scene.alice.client.status_post("for followers", visibility="private")
    scene.alice.client.status_post("not listed", visibility="unlisted")
    stays(lambda: _public_far(scene, "for followers") or _public_far(scene, "not listed"))


@row("edit", OURS, story=RELAYS)
def edit(scene: Scene) -> None:
    scene.alice.client.status_update(scene.kept["post"].id, "said otherwise #relayed")
    within(lambda: _public_far(scene, "said otherwise"))


@row("delete", OURS, story=RELAYS)
def delete(scene: Scene) -> None:
    scene.alice.client.status_delete(scene.kept["post"].id)
    within(lambda: _public_far(scene, "said otherwise") is None)


@row("delete", THEIRS, story=RELAYS)
def delete_from_far(scene: Scene) -> None:
    scene.kept["nina"].client.status_delete(scene.kept["far post"].id)
    within(lambda: _public(scene, "back by the same way") is None)


@row("leave", OURS, story=RELAYS)
def leave(scene: Scene) -> None:
    scene.echo.ctl("federation", "relay", "remove", f"{scene.peer.url}/inbox")
    within(lambda: "echo.test" not in scene.peer.connected())
    scene.alice.client.status_post("after the relay", visibility="public")
    stays(lambda: _public_far(scene, "after the relay"))
