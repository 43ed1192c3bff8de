"""Rows of the story, people: finding, following, locked accounts, unfollowing, blocking."""

from __future__ import annotations

from tests.interop.story import OURS, THEIRS, Scene, row, within


@row("find by handle", OURS)
def find_them(scene: Scene) -> None:
    them = scene.them()
    assert them.acct == scene.peer.handle, them.acct
    assert them.url.startswith("https://"), them.url


@row("find by handle", THEIRS)
def find_us(scene: Scene) -> None:
    scene.kept["alice_id"] = scene.peer.find(scene.alice.handle)
    assert scene.alice_id.startswith(scene.echo.url)


@row("follow", OURS)
def follow_them(scene: Scene) -> None:
    them = scene.them()
    scene.alice.client.account_follow(them.id)
    within(lambda: scene.alice.client.account_relationships(them.id)[0].following)
    within(lambda: scene.peer.is_followed_by(scene.alice_id))


@row("follow", THEIRS)
def follow_us(scene: Scene) -> None:
    scene.peer.follow(scene.alice_id)
    within(lambda: scene.alice.client.account_relationships(scene.them().id)[0].followed_by)
    within(lambda: scene.peer.follows(scene.alice_id))
    assert any(note.type == "follow" for note in scene.alice.client.notifications())


@row("locked follow", OURS)
def follow_a_locked_one(scene: Scene) -> None:
    scene.peer.lock(on=True)
    try:
        them = scene.them(scene.lola)
        lola = scene.peer.find(scene.lola.handle)
        scene.lola.client.account_follow(them.id)
        within(lambda: scene.peer.was_told("Follow", lola))
        relation = scene.lola.client.account_relationships(them.id)[0]
        assert relation.requested, relation
        assert not relation.following, relation
        scene.peer.accept(lola)
        within(lambda: scene.lola.client.account_relationships(them.id)[0].following)
    finally:
        scene.peer.lock(on=False)


@row("locked follow", THEIRS)
def follow_a_locked_one_of_ours(scene: Scene) -> None:
    scene.lola.client.account_update_credentials(locked=True)
    lola = scene.peer.find(scene.lola.handle)
    scene.peer.follow(lola)
    asked = within(scene.lola.client.follow_requests)
    assert asked[0].acct == scene.peer.handle
    assert not scene.peer.follows(lola)
    scene.lola.client.follow_request_authorize(asked[0].id)
    within(lambda: scene.peer.follows(lola))
