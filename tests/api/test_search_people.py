"""Searching people and hashtags through the client API."""

from __future__ import annotations

import pytest

from echo import db
from echo.actions import accounts, blocks
from echo.actions.drafts import ProfileDraft
from echo.models import Account, AccountStats, Hashtag, SearchAccount, User
from echo.store import instance, search_accounts
from tests import make
from tests.api.asking import Api
from tests.make import Person

SEARCH = "/api/v1/accounts/search"


async def _named(username: str, display_name: str) -> Person:
    person = await make.person(username)
    await accounts.change_profile(person.id, ProfileDraft(display_name=display_name))
    return person


async def _search(api: Api, text: str, *, by: Person, **query: object) -> list[str]:
    answer = await api.get(SEARCH, by=by, query={"q": text} | query)
    return [account["acct"] for account in answer.many("Account")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jo", ["jose"]),
        ("JOSÉ", ["jose"]),
        ("@jose", ["jose"]),
        ("garcía", ["jose"]),
        ("lópez gar", ["jose"]),
        ("garcia lopez", ["jose"]),
        ("arcia", []),
        ("cat", ["neko"]),
        ("猫", ["neko"]),
        ("黒猫", ["neko"]),
        ("の家", ["neko"]),
        ("家の", []),
        ("blob", []),
        ("lover", ["tea_lover"]),
        ("tea_lover", ["tea_lover"]),
        ("tea_l", ["tea_lover"]),
        ("zoe@peer", ["zoe@peer.test"]),
        ("@zo@peer.test", ["zoe@peer.test"]),
        ("zoe@elsewhere", []),
        ("jose@echo.test", ["jose"]),
        ("", []),
        ("@", []),
        ("😀", []),
        ("jose garcia nobody", []),
    ],
)
async def test_names(api: Api, text: str, expected: list[str]) -> None:
    asker = await make.person("asker")
    await _named("jose", "José García-López")
    await _named("neko", "黒猫の家 :blobcat: Cat 😀")
    await make.person("tea_lover")
    await make.stranger("zoe")
    assert await _search(api, text, by=asker) == expected
    everything = (await api.get("/api/v2/search", by=asker, query={"q": text or "?"})).one("Search")
    assert [account["acct"] for account in everything["accounts"]] == expected


async def test_who_comes_first(api: Api) -> None:
    asker = await make.person("asker")
    for username, followers in (("sam1", 5), ("sam2", 50), ("sam3", 500), ("sam", 0), ("sammy", 1)):
        person = await make.person(username)
        await AccountStats.filter(account_id=person.id).update(followers=followers)
        if username == "sammy":
            await make.follow(asker, person)
    assert await _search(api, "sam", by=asker) == ["sam", "sammy", "sam3", "sam2", "sam1"]
    assert await _search(api, "sam", by=asker, following=True) == ["sammy"]
    assert await _search(api, "sam", by=asker, limit=2) == ["sam", "sammy"]
    assert await _search(api, "sam", by=asker, limit=2, offset=2) == ["sam3", "sam2"]
    assert await _search(api, "sam", by=asker, limit=-1) == ["sam"]
    assert await _search(api, "sam", by=asker, limit=0) == []
    assert await _search(api, "sam", by=asker, offset=100_000) == []


async def test_of_very_many_the_most_famous_are_looked_at(api: Api) -> None:
    asker, star = await make.person("asker"), await make.person("manystar")
    await AccountStats.filter(account_id=star.id).update(followers=1000)
    await search_accounts.refresh_fame()
    assert (await SearchAccount.get(account_id=star.id)).fame == 10
    await db.execute(
        "INSERT INTO accounts (id, username, username_key, domain, uri, created_at)"
        " SELECT n, 'many' || n, 'many' || n, 'far.test', 'https://far.test/' || n, now()"
        " FROM generate_series(1, 500) AS n"
    )
    await db.execute(
        "INSERT INTO search_accounts (account_id, words)"
        " SELECT n, array_to_tsvector(ARRAY['many' || n]) FROM generate_series(1, 500) AS n"
    )
    assert await _search(api, "many", by=asker, limit=1) == ["manystar"]


async def test_who_is_not_found(api: Api) -> None:
    asker = await make.person("asker")
    people = {
        name: await make.person(name) for name in ("samgone", "sambad", "samnew", "samaway", "samcross")
    }
    await accounts.delete_local(people["samgone"].id)
    await Account.filter(id=people["sambad"].id).update(suspended_at=asker.account.created_at)
    await User.filter(id=people["samnew"].id).update(confirmed_at=None)
    await Account.filter(id=people["samaway"].id).update(moved_to_uri="https://peer.test/users/sam")
    await blocks.block(people["samcross"].id, asker.id)
    assert await _search(api, "sam", by=asker) == []
    assert await _search(api, "samaway", by=asker) == ["samaway"]
    for text in ("sambad", "sambad@echo.test", "samgone@echo.test"):
        assert await _search(api, text, by=asker) == [], text


async def test_a_new_name_is_found_and_the_old_one_is_not(api: Api) -> None:
    asker = await _named("asker", "Old Name")
    await accounts.change_profile(asker.id, ProfileDraft(display_name="New Name"))
    assert await _search(api, "old", by=asker) == []
    assert await _search(api, "new", by=asker) == ["asker"]
    await make.stranger("zoe", display_name="Zoë Quinn")
    await make.stranger("zoe", display_name="Zoë Smith")
    assert await _search(api, "quinn", by=asker) == []
    assert await _search(api, "smith", by=asker) == ["zoe@peer.test"]


async def test_only_those_who_may(api: Api) -> None:
    await api.get(SEARCH, query={"q": "x"}, expect=401)
    weak = await make.with_scopes(await make.person(), "read:statuses")
    await api.get(SEARCH, by=weak, query={"q": "x"}, expect=403)


async def test_hashtags_by_use(api: Api) -> None:
    alice = await make.person()
    for text in ("#teapot", "#tea", "#teatime #teapot", "#teatime", "#teatime", "#coffee"):
        await make.post(alice, text)

    async def tags(text: str, **query: object) -> list[str]:
        asked = {"q": text, "type": "hashtags", "exclude_unreviewed": True} | query
        found = (await api.get("/api/v2/search", by=alice, query=asked)).one("Search")
        return [tag["name"] for tag in found["hashtags"]]

    assert await tags("tea") == ["tea", "teatime", "teapot"]
    assert await tags("#TEA", limit=1, offset=1) == ["teatime"]
    assert await tags("tea pot") == []
    await instance.refresh_hashtag_fame()
    assert (await Hashtag.get(name="teatime")).fame == 2
    assert await tags("tea") == ["tea", "teatime", "teapot"]
