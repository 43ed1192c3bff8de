"""Filling the index with what is there already."""

from __future__ import annotations

import pytest

from echo import db
from echo.actions import accounts, boosts, posts
from echo.actions.drafts import ProfileDraft
from echo.models import Account, SearchAccount, SearchPost
from echo.ports import SearchWish
from echo.runtime import Runtime
from echo.search import filling
from echo.store import search_rows
from tests import make
from workers import periodic, search
from workers.later import Later


async def _kept() -> set[int]:
    return {row.post_id for row in await SearchPost.all()}


async def test_it_goes_on_where_it_was(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "BATCH", 3)
    alice, bob = await make.person(), await make.person()
    made = [await make.post(alice, f"post {number}") for number in range(7)]
    await boosts.boost(bob.id, made[0].id)
    await posts.remove(alice.id, made[1].id)
    expected = {post.id for post in made} - {made[1].id}
    first = await filling.step("posts")
    # The newest three rows: a boost and two posts.
    assert (first.done, first.is_finished, await _kept()) == (3, False, {made[6].id, made[5].id})
    assert await search_rows.missing(100) == 4
    while not (await filling.step("posts")).is_finished:
        continue
    assert await _kept() == expected
    assert await search_rows.missing(100) == 0
    assert (await filling.progress("posts")).done == 8
    late = await make.post(alice, "late")
    assert (await filling.step("posts")).done == 8
    assert late.id not in await _kept()
    await filling.begin_again()
    assert await filling.fill(60.0)
    assert await _kept() == expected | {late.id}
    assert runtime.search is not None


async def test_accounts_are_filled_as_well(runtime: Runtime) -> None:
    alice = await make.person("alice")
    await db.execute("DELETE FROM search_accounts")
    await periodic.fill_search({})
    assert [row.account_id for row in await SearchAccount.all()] == [alice.id]
    assert (await filling.progress("accounts")).is_finished
    await periodic.refresh_fame({})
    assert await filling.fill(0.0)
    assert runtime.search is not None


async def test_a_long_filling_stops_in_time(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "BATCH", 1)
    for _ in range(3):
        await make.person()
    assert not await filling.fill(0.0)
    assert (await filling.progress("accounts")).done == 1
    assert await filling.fill(60.0)
    assert runtime.search is not None


async def test_who_becomes_indexable_is_put_in_anew_a_stretch_at_a_time(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "BATCH", 2)
    monkeypatch.setattr(filling, "REOPEN_SECONDS", 0.0)
    alice, bob = await make.person(), await make.person()
    made = [await make.post(alice, "thought") for _ in range(5)]
    await make.settle(runtime)

    async def found() -> list[int]:
        return await runtime.search.find(SearchWish(viewer_id=bob.id, limit=10))

    assert await found() == []
    await Account.filter(id=alice.id).update(indexable=True)
    for count in (2, 4):
        with pytest.raises(Later):
            await search.change_author(runtime, account_id=alice.id)
        assert len(await found()) == count
    await search.change_author(runtime, account_id=alice.id)
    assert await found() == [post.id for post in reversed(made)]
    # Nothing is to be done again.
    await SearchPost.filter(post_id=made[0].id).delete()
    await search.change_author(runtime, account_id=alice.id)
    assert len(await found()) == 4
    await Account.filter(id=alice.id).update(indexable=False)
    with pytest.raises(Later):
        await search.change_author(runtime, account_id=alice.id)
    assert len(await found()) == 2


async def test_nothing_of_a_deleted_account_is_left(runtime: Runtime) -> None:
    alice = await make.person()
    await accounts.change_profile(alice.id, ProfileDraft(indexable=True))
    await make.post(alice, "thought")
    await make.settle(runtime)
    assert await runtime.search.count() == 1
    await accounts.delete_local(alice.id)
    await search.change_author(runtime, account_id=alice.id)
    await search.remove_author(runtime, account_id=alice.id)
    assert await runtime.search.count() == 0
