"""Moving between servers: both accounts say so, followers go along, and nobody is moved without consent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from echo import clock, ports
from echo.actions import accounts as account_actions
from echo.actions import blocks, follows, lists, moderation, moves, notes
from echo.actions.drafts import ProfileDraft
from echo.actions.lists import ListDraft
from echo.errors import Forbidden, Invalid
from echo.kinds import InboundState
from echo.models import Account, AccountNote, Block, Follow, InboundActivity, ListMember, Mute, User
from echo.policy import passwords
from echo.policy.roles import Staff
from federation.reasons import Reason
from tests import make
from tests.federation.peer import Actor, Json, Peer
from tests.fediverse import Echo, settle_down
from tests.make import Person

PASSWORD = "correct horse battery"


async def _person(name: str) -> Person:
    """Somebody with a password."""
    person = await make.person(name)
    await User.filter(id=person.id).update(password_hash=await passwords.hash_password(PASSWORD))
    return person


async def _follow(follower: Person, name: str, host: str) -> None:
    found = await ports.directory().account_by_handle(name, host)
    assert found is not None
    await follows.follow(follower.id, found, boosts=False)


async def _account(name: str, domain: str = "") -> Account:
    return await Account.get(username=name, domain=domain)


async def _followed_by(person: Person) -> set[str]:
    rows = await Follow.filter(follower_id=person.id)
    people = await Account.filter(id__in=[row.followee_id for row in rows])
    assert all(row.boosts is False for row in rows)
    return {f"{a.username}@{a.domain}" for a in people}


async def test_a_move_to_another_server_takes_followers_along(one: Echo, two: Echo) -> None:
    """One moves from here to there: followers on both servers follow the new account, and nobody else."""
    alice, carol = await _person("alice"), await make.person("carol")
    bob, new = await two.run(make.person("bob")), await two.run(make.person("alice2"))
    await follows.follow(carol.id, alice.id, boosts=False)
    await two.run(_follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    with pytest.raises(Invalid, match="alias"):
        await moves.move(alice.id, PASSWORD, "alice2@two.test")
    await two.run(moves.add_alias(new.id, "@alice@one.test"))
    with pytest.raises(Invalid, match="password"):
        await moves.move(alice.id, "wrong", "alice2@two.test")
    await moves.move(alice.id, PASSWORD, "alice2@two.test")
    await settle_down([one, two])
    assert await _followed_by(carol) == {"alice2@two.test"}
    assert await two.run(_followed_by(bob)) == {"alice2@"}
    old = await two.run(_account("alice", "one.test"))
    assert old.moved_to_uri == new.account.uri
    with pytest.raises(Invalid, match="already"):
        await moves.move(alice.id, PASSWORD, "alice2@two.test")


async def test_a_move_from_another_server_comes_here(one: Echo, two: Echo) -> None:
    """The other way round: somebody there moves to an account here."""
    new, carol = await make.person("alice"), await make.person("carol")
    old, bob = await two.run(_person("alice2")), await two.run(make.person("bob"))
    await _follow(carol, "alice2", "two.test")
    await two.run(follows.follow(bob.id, old.id, boosts=False))
    await settle_down([one, two])
    await moves.add_alias(new.id, "alice2@two.test")
    await two.run(moves.move(old.id, PASSWORD, "alice@one.test"))
    await settle_down([one, two])
    assert await _followed_by(carol) == {"alice@"}
    assert await two.run(_followed_by(bob)) == {"alice@one.test"}


async def _move(one: Echo, actor: Actor, target: str, **more: object) -> str:
    """What came of a Move that a peer sent."""
    activity: Json = actor.does("Move", actor.id, target=target) | more
    response = await actor.sends(one, activity)
    assert response.status_code == 202
    await settle_down([one])
    stored = await InboundActivity.get(uri=activity["id"])
    assert stored.state in (InboundState.DONE, InboundState.IGNORED)
    return str(stored.reason)


async def _known(actor: Actor) -> Account:
    found = await ports.directory().account_by_iri(actor.id)
    assert found is not None
    return await Account.get(id=found)


async def test_a_proven_move_happens_once_and_takes_what_people_noted(one: Echo, peer: Peer) -> None:
    alice, bob, carol = [await make.person() for _ in range(3)]
    old = peer.person("old", keys=1)
    new = peer.person("new", keys=2, alsoKnownAs=[old.id])
    before = await _known(old)
    await make.follow(alice, before)
    made = await lists.create(alice.id, ListDraft(title="Friends"))
    await lists.add_members(alice.id, made.id, [before.id])
    await notes.write_note(alice.id, before.id, "owes me tea")
    await blocks.block(bob.id, before.id)
    await blocks.mute(carol.id, before.id, notifications_too=False)
    assert await _move(one, old, new.id) == Reason.EFFECT
    after = await _known(new)
    assert {f.followee_id for f in await Follow.filter(follower_id=alice.id)} == {after.id}
    assert [m.account_id for m in await ListMember.filter(list_id=made.id)] == [after.id]
    (note,) = await AccountNote.filter(target_id=after.id)
    assert (note.owner_id, note.comment) == (alice.id, "owes me tea")
    assert await Block.filter(blocker_id=bob.id, blocked_id=after.id).count() == 1
    (mute,) = await Mute.filter(muter_id=carol.id, muted_id=after.id)
    assert mute.notifications is False
    assert {a["type"] for a in peer.delivered} >= {"Follow", "Undo", "Block"}
    delivered = len(peer.delivered)
    assert await _move(one, old, new.id) == Reason.STALE
    await moves.take_along(before.id, after.id)
    await settle_down([one])
    assert len(peer.delivered) == delivered
    (note,) = await AccountNote.filter(target_id=after.id)
    assert note.comment == "owes me tea"


Prepare = Callable[[Peer, Actor], Awaitable[str]]


async def _without_alias(peer: Peer, old: Actor) -> str:
    return peer.person("new", keys=2).id


async def _stale_alias(peer: Peer, old: Actor) -> str:
    """It named the old account when we last looked, and does not now."""
    new = peer.person("new", keys=2, alsoKnownAs=[old.id])
    await _known(new)
    peer.person("new", keys=2)
    return new.id


async def _local_without_alias(_: Peer, old: Actor) -> str:
    return (await make.person("here")).account.uri


async def _moved_target(peer: Peer, old: Actor) -> str:
    return peer.person("new", keys=2, alsoKnownAs=[old.id], movedTo=old.id).id


async def _another_destination(peer: Peer, old: Actor) -> str:
    """The document says somewhere else."""
    peer.person("old", keys=1, movedTo="https://elsewhere.test/users/x")
    return peer.person("new", keys=2, alsoKnownAs=[old.id]).id


async def _suspended_target(peer: Peer, old: Actor) -> str:
    new = peer.person("new", keys=2, alsoKnownAs=[old.id])
    await moderation.suspend(Staff.shell(), (await _known(new)).id, is_suspended=True)
    return new.id


async def _nowhere(peer: Peer, old: Actor) -> str:
    return "https://peer.test/users/nobody"


async def _itself(peer: Peer, old: Actor) -> str:
    return old.id


@pytest.mark.parametrize(
    "prepare",
    [
        _without_alias,
        _stale_alias,
        _local_without_alias,
        _moved_target,
        _another_destination,
        _suspended_target,
        _nowhere,
        _itself,
    ],
)
async def test_s_c10_nobody_is_moved_without_consent(one: Echo, peer: Peer, prepare: Prepare) -> None:
    alice = await make.person("alice")
    old = peer.person("old", keys=1)
    before = await _known(old)
    await make.follow(alice, before)
    target = await prepare(peer, old)
    assert await _move(one, old, target) != Reason.EFFECT
    assert {f.followee_id for f in await Follow.filter(follower_id=alice.id)} == {before.id}


async def test_s_c10_nobody_moves_another_account(one: Echo, peer: Peer, evil: Peer) -> None:
    alice = await make.person("alice")
    victim = peer.person("victim", keys=1)
    mallory = evil.person("mallory", keys=2, alsoKnownAs=[victim.id])
    before = await _known(victim)
    await make.follow(alice, before)
    activity = mallory.does("Move", victim.id, target=mallory.id)
    await mallory.sends(one, activity)
    await settle_down([one])
    assert {f.followee_id for f in await Follow.filter(follower_id=alice.id)} == {before.id}
    assert (await InboundActivity.get(uri=activity["id"])).reason == Reason.FOREIGN_OBJECT


async def test_s_c10_followers_are_not_driven_round(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    old = peer.person("old", keys=1)
    await make.follow(alice, await _known(old))
    first = peer.person("first", keys=2, alsoKnownAs=[old.id])
    second = peer.person("second", keys=3, alsoKnownAs=[old.id])
    assert await _move(one, old, first.id) == Reason.EFFECT
    assert await _move(one, old, second.id) == Reason.STALE
    clock.shift(timedelta(days=31))
    try:
        await Account.filter(uri=old.id).update(moved_at=clock.now() - timedelta(days=31))
        await make.follow(alice, await _known(old))
        assert await moves.receive(await _known(old), await _known(second)) is True
    finally:
        clock.shift(timedelta())


async def test_what_a_moved_account_cannot_do_any_more(one: Echo, two: Echo) -> None:
    alice, carol = await _person("alice"), await make.person("carol")
    new = await make.person("new")
    bob = await two.run(make.person("bob"))
    seen = await two.run(ports.directory().account_by_handle("alice", "one.test"))
    assert seen is not None
    await moves.add_alias(new.id, "alice")
    await moves.move(alice.id, PASSWORD, "new")
    with pytest.raises(Forbidden):
        await follows.follow(carol.id, alice.id)
    # The other server has not heard of the move yet.
    await two.run(follows.follow(bob.id, seen))
    await settle_down([one, two])
    assert await two.run(Follow.all().count()) == 0
    await moves.come_back(alice.id)
    await follows.follow(carol.id, alice.id)
    with pytest.raises(Invalid, match="already"):
        await moves.move(alice.id, PASSWORD, "new")


async def test_a_locked_account_here_lets_its_old_followers_in(one: Echo) -> None:
    alice, carol, asker = await _person("alice"), await make.person("carol"), await make.person("asker")
    blocked = await make.person("blocked")
    new = await make.person("new", locked=True)
    await make.follow(carol, alice)
    await make.follow(blocked, alice)
    await blocks.block(new.id, blocked.id)
    await account_actions.change_profile(alice.id, ProfileDraft(locked=True))
    await follows.follow(asker.id, alice.id)
    await moves.add_alias(new.id, "alice")
    await moves.move(alice.id, PASSWORD, "new")
    await settle_down([one])
    states = {f.follower_id: f.state for f in await Follow.filter(followee_id=new.id)}
    assert states == {carol.id: "accepted", asker.id: "requested"}
    assert await Follow.filter(followee_id=alice.id).count() == 0


async def test_more_followers_than_one_batch(one: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "BATCH", 2)
    alice, new = await _person("alice"), await make.person("new")
    for _ in range(5):
        await make.follow(await make.person(), alice)
    await make.follow(new, alice)
    await moves.add_alias(new.id, "alice")
    await moves.move(alice.id, PASSWORD, "new")
    await settle_down([one])
    assert await Follow.filter(followee_id=new.id).count() == 5
    assert await Follow.filter(followee_id=alice.id).count() == 1


async def test_aliases_are_bounded_and_taken_back(one: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "MOST_ALIASES", 1)
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.person("carol")
    for bad in ("alice", "nobody", "nobody@nowhere.test", "", "@"):
        with pytest.raises(Invalid):
            await moves.add_alias(alice.id, bad)
    for _ in range(2):
        await moves.add_alias(alice.id, "@bob@one.test")
    assert (await Account.get(id=alice.id)).also_known_as == [bob.account.uri]
    with pytest.raises(Invalid):
        await moves.add_alias(alice.id, "carol")
    await moves.remove_alias(alice.id, "https://elsewhere.test/x")
    await moves.remove_alias(alice.id, bob.account.uri)
    assert (await Account.get(id=alice.id)).also_known_as == []
