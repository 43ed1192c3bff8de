"""Search: people by handle, posts and people by address, hashtags."""

from __future__ import annotations

import pytest

from echo import ports
from echo.actions import accounts, blocks, featured_tags, tag_follows
from echo.kinds import Visibility
from echo.models import Account
from tests import make
from tests.api.asking import Api, Caller, Json

SEARCH = "/api/v2/search"


async def _search(api: Api, text: str, *, by: Caller | None = None, **query: object) -> Json:
    return (await api.get(SEARCH, by=by, query={"q": text} | query)).one("Search")


async def test_nothing_found_is_complete(api: Api) -> None:
    for by in (None, await make.person()):
        found = await _search(api, "zzz", by=by)
        assert found == {"accounts": [], "statuses": [], "hashtags": [], "collections": []}


async def test_a_word_finds_people_and_hashtags(api: Api) -> None:
    alice = await make.person("tealover")
    await make.post(alice, "#tea #teapot")
    for by in (None, alice):
        found = await _search(api, "tea", by=by)
        assert [a["acct"] for a in found["accounts"]] == ["tealover"]
        assert [t["name"] for t in found["hashtags"]] == ["tea", "teapot"]
    history = found["hashtags"][0]["history"]
    assert len(history) == 7
    assert (history[0]["uses"], history[0]["accounts"], history[1]["uses"]) == ("1", "1", "0")
    assert [t["name"] for t in (await _search(api, "#TEA"))["hashtags"]] == ["tea", "teapot"]


@pytest.mark.parametrize("kind", ["accounts", "statuses", "hashtags"])
async def test_only_the_kind_that_is_asked_for(api: Api, kind: str) -> None:
    await make.post(await make.person("tea"), "#tea")
    found = await _search(api, "tea", type=kind)
    for name in ("accounts", "statuses", "hashtags"):
        assert bool(found[name]) == (name == kind and kind != "statuses")


async def test_people_by_handle(api: Api) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe")
    for text in ("@alice", "alice@echo.test", "@Alice@Echo.TEST"):
        assert [a["id"] for a in (await _search(api, text))["accounts"]] == [str(alice.id)]
    assert [a["id"] for a in (await _search(api, "@zoe@peer.test"))["accounts"]] == [str(zoe.id)]
    await make.follow(alice, zoe)
    followed = await _search(api, "e", by=alice, following=True)
    assert [a["id"] for a in followed["accounts"]] in ([], [str(zoe.id)])


async def test_posts_and_people_by_address(api: Api) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe")
    own, far = await make.post(alice), await make.remote_post(zoe)
    for address, post in (
        (f"https://echo.test/@alice/{own.id}", own),
        (own.uri, own),
        (far.uri, far),
    ):
        found = await _search(api, address, by=alice)
        assert [s["id"] for s in found["statuses"]] == [str(post.id)], address
    for address, account_id in (
        ("https://echo.test/@alice", alice.id),
        ("https://echo.test/@alice/", alice.id),
        ("https://echo.test/@zoe@peer.test", zoe.id),
        (alice.account.uri, alice.id),
        (zoe.uri, zoe.id),
    ):
        found = await _search(api, address, by=alice)
        assert [a["id"] for a in found["accounts"]] == [str(account_id)], address


async def test_whoever_is_gone_is_not_found_by_address(api: Api) -> None:
    alice, bob, zoe = await make.person("alice"), await make.person(), await make.stranger("zoe")
    await accounts.delete_local(alice.id)
    await Account.filter(id=zoe.id).update(suspended_at=zoe.created_at)
    addresses = (alice.account.uri, "https://echo.test/@alice", zoe.uri, "https://echo.test/@zoe@peer.test")
    for address in addresses:
        assert (await _search(api, address, by=bob))["accounts"] == [], address


async def test_private_posts_are_not_found_by_address(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    for visibility in (Visibility.FOLLOWERS, Visibility.DIRECT):
        post = await make.post(alice, visibility=visibility)
        for address in (post.uri, f"https://echo.test/@alice/{post.id}"):
            for by in (None, bob):
                assert (await _search(api, address, by=by))["statuses"] == []
            assert len((await _search(api, address, by=alice))["statuses"]) == 1


async def test_hashtags_of_private_posts_are_not_told(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await make.post(alice, "#secretplan", visibility=Visibility.DIRECT)
    gone = await make.post(alice, "#secretplan")
    await api.delete(f"/api/v1/statuses/{gone.id}", by=alice)
    await tag_follows.follow(bob.id, "secretwish")
    for reader, known in ((None, []), (bob, ["secretwish"]), (alice, ["secretplan"])):
        found = (await _search(api, "secret", by=reader))["hashtags"]
        assert [tag["name"] for tag in found] == known
    await featured_tags.feature(alice.id, "secretpride")
    await make.post(alice, "#secretplan")
    found = (await _search(api, "secret"))["hashtags"]
    assert [tag["name"] for tag in found] == ["secretplan", "secretpride"]


async def test_who_blocks_somebody_is_not_found_by_them(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    await blocks.block(alice.id, bob.id)
    assert (await _search(api, "alice", by=bob))["accounts"] == []
    assert len((await _search(api, "alice"))["accounts"]) == 1


class _Directory(ports.NullDirectory):
    """Knows one post and one person elsewhere."""

    async def account_by_handle(self, name: str, domain: str) -> int | None:
        return (await make.stranger(name, domain)).id if name == "zoe" else None

    async def account_by_iri(self, iri: str) -> int | None:
        return (await make.stranger("zoe", "far.test")).id if iri.endswith("/zoe") else None

    async def post_by_iri(self, iri: str) -> int | None:
        if not iri.endswith("/posts/9"):
            return None
        return (await make.remote_post(await make.stranger("zoe", "far.test"))).id


async def test_other_servers_are_asked_when_somebody_signed_in_says_so(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    directory = _Directory()
    monkeypatch.setattr(ports, "directory", lambda: directory)
    for text, kind in (
        ("@zoe@far.test", "accounts"),
        ("https://far.test/zoe", "accounts"),
        ("https://far.test/posts/9", "statuses"),
    ):
        assert (await _search(api, text, by=alice))[kind] == [], text
        assert len((await _search(api, text, by=alice, resolve=True))[kind]) == 1, text
    assert (await _search(api, "https://far.test/other", by=alice, resolve=True))["statuses"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"q": "  "}, 400),
        ({"q": "x", "limit": -1}, 400),
        ({"q": "x", "offset": -1}, 400),
        ({"q": "x", "resolve": True}, 401),
        ({"q": "x", "offset": 1}, 401),
    ],
)
async def test_what_is_refused_to_the_anonymous(api: Api, query: dict[str, object], status: int) -> None:
    await api.get(SEARCH, query=query, expect=status)


async def test_an_offset_counts_only_with_a_kind(api: Api) -> None:
    alice = await make.person("tea1")
    for n in (2, 3):
        await make.person(f"tea{n}")
    without = await _search(api, "tea", by=alice, offset=2)
    assert len(without["accounts"]) == 3
    first = await _search(api, "tea", by=alice, type="accounts", limit=2)
    rest = await _search(api, "tea", by=alice, type="accounts", limit=2, offset=2)
    found = [a["acct"] for a in first["accounts"] + rest["accounts"]]
    assert sorted(found) == ["tea1", "tea2", "tea3"]
