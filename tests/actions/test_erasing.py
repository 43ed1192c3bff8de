"""A deleted account leaves nothing behind: rows S-G09 of accounts."""

from __future__ import annotations

import io

import pytest

from echo import clock, db
from echo.actions import (
    accounts,
    auth,
    blocks,
    boosts,
    endorsements,
    erasing,
    featured_tags,
    likes,
    logins,
    notes,
    posts,
    tag_follows,
    uploads,
)
from echo.actions.avoided_domains import avoid
from echo.actions.drafts import PostDraft, ProfileDraft
from echo.errors import Forbidden, Invalid, NotFound
from echo.kinds import Role, Visibility
from echo.media import port
from echo.models import Account, AccountStats, Job, PostStats, User
from echo.runtime import Runtime
from echo.store.erasing import ALSO, KEPT
from tests import make
from tests.actions import people
from tests.make import Person
from tests.media import pictures


async def _full_life() -> tuple[Person, Person, list[str]]:
    """Somebody with a bit of everything, a friend, and the keys of their files."""
    user = await people.person("alice")
    alice = Person(await Account.get(id=user.id), (await auth.create_token_for(user.id, ("read",))).text)
    friend, far = await make.person("bob"), await make.stranger()
    await logins.open_session(alice.id, logins.Browser())
    picture = pictures.png(40, 30)
    media = await uploads.upload(
        alice.id, uploads.Incoming(file=io.BytesIO(picture), size_bytes=len(picture))
    )
    avatar = await uploads.store_portrait(pictures.png(40, 30), (20, 20))
    await accounts.change_profile(
        alice.id, ProfileDraft(display_name="Alice", note="me", avatar_key=avatar, fields=(("a", "b"),))
    )
    theirs = await make.post(friend, "@alice #tea")
    own = await make.post(alice, "@bob #tea", reply_to=theirs.id, media_ids=(media.id,))
    await make.post(friend, "an answer", reply_to=own.id)
    await boosts.boost(alice.id, theirs.id)
    await boosts.boost(friend.id, own.id)
    await likes.like(alice.id, theirs.id)
    await likes.like(friend.id, own.id)
    await likes.bookmark(alice.id, theirs.id)
    for one, other in ((alice, friend), (friend, alice), (alice, far), (far, alice)):
        await make.follow(one, other)
    await endorsements.endorse(alice.id, friend.id)
    await endorsements.endorse(friend.id, alice.id)
    await featured_tags.feature(alice.id, "tea")
    await tag_follows.follow(alice.id, "tea")
    await avoid(alice.id, "other.test")
    await notes.write_note(alice.id, friend.id, "x")
    await notes.write_note(friend.id, alice.id, "y")
    await blocks.mute(alice.id, friend.id)
    await blocks.block(alice.id, (await make.person()).id)
    return alice, friend, [media.file_key, media.preview_key, avatar]


async def _rows_about(account_id: int) -> dict[str, int]:
    """Rows that refer to an account, by table and column."""
    found = await db.fetch(
        "SELECT c.conrelid::regclass::text AS name, a.attname AS field FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.confrelid IN ('accounts'::regclass, 'users'::regclass)"
    )
    counted = {}
    for name, field in [*((row["name"], row["field"]) for row in found), *ALSO]:
        count = await db.fetch_value(f"SELECT count(*) FROM {name} WHERE {field} = $1", account_id)
        if count and (name, field) not in KEPT - {("users", "id")}:
            counted[f"{name}.{field}"] = count
    return counted


async def test_nothing_is_left_but_the_name(runtime: Runtime) -> None:
    alice, friend, keys = await _full_life()
    assert len(await _rows_about(alice.id)) > 15
    await accounts.delete_oneself(alice.id, people.PASSWORD)
    with pytest.raises(Invalid):
        await logins.log_in("alice", people.PASSWORD, logins.Browser())
    assert not await erasing.erase(alice.id), "other servers are told first"
    await Job.filter(name="federation.send_goodbye").delete()
    assert await erasing.erase(alice.id)
    assert await _rows_about(alice.id) == {}
    left = await Account.get(id=alice.id)
    assert (left.username, left.display_name, left.note) == ("alice", "", "")
    assert (left.fields_, left.avatar) == ([], "")
    for key in keys:
        with pytest.raises(NotFound):
            await port.store().read(key)
    stats = await AccountStats.get(account_id=friend.id)
    assert (stats.followers, stats.following, stats.posts) == (0, 0, 2)
    counted = await PostStats.all()
    assert [(s.replies, s.boosts, s.likes) for s in counted] == [(0, 0, 0)] * len(counted)
    with pytest.raises(Invalid):
        await people.person("alice")
    again = people.draft("alice2", email="alice@mail.test")
    assert (await people.sign_up.create_local(again)).email == "alice@mail.test"
    assert await erasing.erase(alice.id), "twice is once"


async def test_much_is_erased_in_several_runs(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "BATCH", 2)
    alice = await make.person("alice")
    for _ in range(5):
        await make.post(alice)
        await make.follow(await make.person(), alice)
    await accounts.delete_local(alice.id)
    await Job.filter(name="federation.send_goodbye").delete()
    monkeypatch.setattr(erasing, "RUN_SECONDS", -1.0)
    assert not await erasing.erase(alice.id)
    assert "posts.author_id" in await _rows_about(alice.id)
    monkeypatch.setattr(erasing, "RUN_SECONDS", 60.0)
    assert await erasing.erase(alice.id)
    assert await _rows_about(alice.id) == {}


async def test_somebody_elsewhere_is_erased_too(runtime: Runtime) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe", avatar="https://peer.test/a.png")
    await make.follow(alice, zoe)
    await make.remote_post(zoe, mentioned_ids=(alice.id,))
    await accounts.receive_deletion(zoe)
    assert await erasing.erase(zoe.id)
    assert await _rows_about(zoe.id) == {}
    assert (await Account.get(id=zoe.id)).uri == zoe.uri


async def test_who_may_delete_themselves(runtime: Runtime) -> None:
    alice, boss = await people.person("alice"), await people.person("boss", role=Role.OWNER)
    with pytest.raises(Invalid, match="password"):
        await accounts.delete_oneself(alice.id, "wrong")
    with pytest.raises(Invalid, match="only owner"):
        await accounts.delete_oneself(boss.id, people.PASSWORD)
    await User.filter(id=alice.id).update(disabled_at=clock.now())
    with pytest.raises(Forbidden):
        await accounts.delete_oneself(alice.id, people.PASSWORD)
    await User.filter(id=alice.id).update(disabled_at=None)
    await accounts.delete_oneself(alice.id, people.PASSWORD)
    with pytest.raises(NotFound):
        await posts.publish(alice.id, PostDraft(text="x", visibility=Visibility.PUBLIC))
