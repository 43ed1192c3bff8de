"""Rows of the story, the end: unfollowing and blocking, after which nothing more arrives."""

from __future__ import annotations

from tests.interop.story import OURS, THEIRS, Scene, row, stays, within


@row("unfollow", OURS)
def unfollow(scene: Scene) -> None:
    them = scene.them()
    scene.alice.client.account_unfollow(them.id)
    within(lambda: not scene.peer.is_followed_by(scene.alice_id))


@row("unfollow", THEIRS)
def their_unfollow(scene: Scene) -> None:
    scene.peer.unfollow(scene.alice_id)
    within(lambda: not scene.alice.client.account_relationships(scene.them().id)[0].followed_by)


@row("block", THEIRS)
def their_block(scene: Scene) -> None:
    them = scene.them()
    scene.alice.client.account_follow(them.id)
    within(lambda: scene.alice.client.account_relationships(them.id)[0].following)
    scene.peer.block(scene.alice_id)
    within(lambda: not scene.alice.client.account_relationships(them.id)[0].following)


@row("block", OURS)
def block(scene: Scene) -> None:
    them = scene.them(scene.lola)
    lola = scene.peer.find(scene.lola.handle)
    scene.lola.client.account_block(them.id)
    within(lambda: scene.peer.was_told("Block", lola))
    scene.peer.post(f"@{scene.lola.handle} are you there?", mention=(lola, scene.lola.handle), direct=True)
    stays(lambda: scene.lola.client.notifications(types=["mention"]))
