"""Tables that people bring along and take away, as Mastodon writes them."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from quart.datastructures import FileStorage

from echo import clock, db, ports
from echo.actions import blocks, follows, import_rows, likes, lists
from echo.actions.lists import ListDraft
from echo.kinds import Role
from echo.kinds_of_moving import TABLES, ImportKind
from echo.models import Block, Bookmark, Follow, Import, ImportRow, ListMember, Mute, User
from echo.policy import passwords
from echo.runtime import Runtime
from echo.text import tables
from federation import own_archive
from tests import make
from tests.actions.people import configure
from tests.api.asking import Answer, Api
from tests.make import Person
from workers import jobs
from workers.main import FUNCTIONS

IMPORTS, EXPORTS = "/api/v1/echo/imports", "/api/v1/echo/exports"
FOLLOWS = """Account address,Show boosts,Notify on new posts,Languages
zoe@far.test,false,true,"de, en"
@bob,true,false,
nobody@far.test,true,false,
not an address,true,false,
"""


class _Directory(ports.NullDirectory):
    """Knows zoe, and one post of hers. `asked` is how often it was asked."""

    asked = 0

    async def account_by_handle(self, name: str, domain: str) -> int | None:
        self.asked += 1
        return (await make.stranger(name, domain)).id if name == "zoe" else None

    async def post_by_iri(self, iri: str) -> int | None:
        if iri != "https://far.test/posts/9":
            return None
        zoe = await make.stranger("zoe", "far.test")
        return (await make.remote_post(zoe)).id


@pytest.fixture(autouse=True)
def directory(monkeypatch: pytest.MonkeyPatch) -> _Directory:
    found = _Directory()
    monkeypatch.setattr(ports, "directory", lambda: found)
    return found


async def bring(
    api: Api, by: Person, text: str, *, name: str = "a.csv", expect: int = 200, **form: str
) -> Answer:
    files = {"file": FileStorage(io.BytesIO(text.encode()), filename=name)}
    return await api.post(IMPORTS, by=by, files=files, form=form, expect=expect)


async def work(made: Answer) -> None:
    await import_rows.work(int(made.json["id"]))


async def take(api: Api, by: Person, kind: ImportKind) -> str:
    answer = await api.client.get(f"{EXPORTS}/{kind.value}", headers={"Host": "echo.test", **by.headers})
    assert answer.content_type == "text/csv; charset=utf-8"
    return str(await answer.get_data(as_text=True))


async def test_follows_come_along_each_row_once(api: Api, runtime: Runtime, directory: _Directory) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    made = await bring(api, alice, FOLLOWS)
    assert made.json["kind"] == "following"
    assert made.json["state"] == "working"
    rows = await jobs.jobs.claim("test", 10, jobs.Lane.OUTSIDE)
    assert [row["name"] for row in rows] == ["imports.work"]
    await jobs.run(runtime, FUNCTIONS, "test", rows[0], jobs.Lane.OUTSIDE)
    known = {row.followee_id: row for row in await Follow.filter(follower_id=alice.id)}
    zoe = next(row for id_, row in known.items() if id_ != bob.id)
    assert (zoe.boosts, zoe.notify, zoe.languages) == (False, True, ["de", "en"])
    assert known[bob.id].state == "accepted"
    path = f"{IMPORTS}/{made.json['id']}"
    now = (await api.get(path, by=alice)).json
    assert (now["total"], now["done"], now["failed"], now["state"]) == (4, 2, 1, "working")
    failed = (await api.get(f"{path}/failures", by=alice)).json
    assert [(row["line"], row["about"]) for row in failed] == [(4, "not an address")]

    # Somebody who is not found is looked for again later, and not for ever.
    asked = directory.asked
    assert await import_rows.work(int(made.json["id"])) is not None
    assert directory.asked == asked
    for hours in (1, 2, 12):
        clock.shift(timedelta(hours=hours))
        await work(made)
    now = (await api.get(path, by=alice)).json
    assert (now["done"], now["failed"], now["state"]) == (2, 2, "done")
    assert directory.asked == asked + 3
    assert await import_rows.work(int(made.json["id"])) is None

    # Nobody else sees it, and it can be forgotten.
    for method in (api.get, api.delete):
        await method(path, by=bob, expect=404)
    await api.get(f"{path}/failures", by=bob, expect=404)
    narrow = await make.with_scopes(alice, "read:follows", "write:follows")
    await api.get(IMPORTS, by=narrow, expect=403)
    await api.get(f"{EXPORTS}/following", by=narrow, expect=403)
    await api.delete(path, by=alice)
    assert await ImportRow.all().count() == 0


async def test_what_is_taken_along_can_be_brought_back(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    zoe = await make.stranger("zoe", "far.test")
    post = await make.post(bob)
    other = await make.remote_post(zoe)
    await make.follow(alice, bob)
    await make.follow(alice, zoe)
    tea = await lists.create(alice.id, ListDraft(title='Tea, "hot"'))
    await lists.add_members(alice.id, tea.id, [bob.id, zoe.id])
    await blocks.mute(alice.id, bob.id, notifications_too=False)
    eve = await make.person("eve")
    await blocks.block(alice.id, eve.id)
    for kept in (post, other):
        await likes.bookmark(alice.id, kept.id)
    await api.post("/api/v1/domain_blocks", by=alice, form={"domain": "bad.test"})
    files = {kind: await take(api, alice, kind) for kind in TABLES}
    assert files[ImportKind.FOLLOWS] == (
        "Account address,Show boosts,Notify on new posts,Languages\n"
        "bob@echo.test,true,false,\nzoe@far.test,true,false,\n"
    )
    assert files[ImportKind.MUTES] == "Account address,Hide notifications\nbob@echo.test,false\n"
    assert files[ImportKind.BLOCKS] == "eve@echo.test\n"
    assert files[ImportKind.LISTS] == '"Tea, ""hot""",bob@echo.test\n"Tea, ""hot""",zoe@far.test\n'
    assert files[ImportKind.DOMAINS] == "bad.test\n"
    assert files[ImportKind.BOOKMARKS] == f"{other.uri}\n{post.uri}\n"
    told = (await api.get(EXPORTS, by=alice)).json
    assert {row["kind"]: row["rows"] for row in told} == {
        "following": 2,
        "blocking": 1,
        "muting": 1,
        "domain_blocking": 1,
        "bookmarks": 2,
        "lists": 2,
    }
    fresh = await make.person("fresh")
    for kind, text in files.items():
        await work(await bring(api, fresh, text, kind=kind.value))
    await follows.receive_accept(zoe, follower_id=fresh.id)
    assert {kind: await take(api, fresh, kind) for kind in files} == files
    assert await ListMember.filter(owner_id=fresh.id).count() == 2


async def test_overwriting_takes_away_what_is_not_in_the_file(api: Api) -> None:
    alice, bob, eve = await make.person("alice"), await make.person("bob"), await make.person("eve")
    for one in (bob, eve):
        await make.follow(alice, one)
        await blocks.mute(alice.id, one.id)
        await likes.bookmark(alice.id, (await make.post(one)).id)
    kept = await make.post(bob)
    await work(await bring(api, alice, "BOB@echo.test\n", kind="following", mode="overwrite"))
    assert [row.followee_id for row in await Follow.filter(follower_id=alice.id)] == [bob.id]
    await work(await bring(api, alice, "eve\n", kind="muting", mode="overwrite"))
    assert [row.muted_id for row in await Mute.filter(muter_id=alice.id)] == [eve.id]
    await work(await bring(api, alice, f"{kept.uri}\n", mode="overwrite"))
    assert [row.post_id for row in await Bookmark.filter(account_id=alice.id)] == [kept.id]
    await blocks.block(alice.id, eve.id)
    await work(await bring(api, alice, "bob@echo.test\n", name="blocked.csv", mode="merge"))
    assert await Block.filter(blocker_id=alice.id).count() == 2


@pytest.mark.parametrize(
    "text",
    [
        FOLLOWS.replace("\n", "\r\n"),
        FOLLOWS.replace("\n", "\r"),
        FOLLOWS.replace(",", ";").replace("de; en", "de, en"),
        FOLLOWS.replace(",", "\t").replace("de\t en", "de, en"),
        "\ufeff" + FOLLOWS,
    ],
)
def test_what_spreadsheets_make_of_tables(text: str) -> None:
    kind, lines = tables.read(text.encode(), None)
    assert (kind, lines) == tables.read(FOLLOWS.encode(), None)
    assert lines[0] == tables.Line("zoe@far.test", boosts=False, notify=True, languages=["de", "en"])


def test_marks_that_stand_in_what_a_row_is_about() -> None:
    uri = "https://far.test/posts;1"
    assert tables.read(f"{uri}\n".encode(), None) == (ImportKind.BOOKMARKS, [tables.Line(uri)])
    named = tables.read(b"Tea; and more,zoe@far.test\n", None)
    assert named == (ImportKind.LISTS, [tables.Line("zoe@far.test", list_title="Tea; and more")])


async def test_what_is_no_table_is_refused(api: Api) -> None:
    alice = await make.person()
    for text, form in (
        ("", {}),
        ("a@b.test\n", {}),  # what is it?
        ("a@b.test\n", {"kind": "posts"}),
        ("a@b.test\n", {"kind": "blocking", "mode": "replace"}),
        ("#domain\nbad.test\n", {"kind": "following"}),
        (FOLLOWS, {"kind": "blocking"}),  # whom one follows
        (FOLLOWS, {"kind": "muting"}),
        ("Account address,Hide notifications\na@b.test,true\n", {"kind": "following"}),
        ("Account address\n", {"kind": "blocking"}),
        ('"never closed' + "x" * 200_000, {"kind": "blocking"}),
        ("\0a", {"kind": "blocking"}),
        ("a@b.test\n" * 20_001, {"kind": "blocking"}),
    ):
        await bring(api, alice, text, expect=422, **form)
    await api.post(IMPORTS, by=alice, form={"kind": "blocking"}, expect=422)
    assert await Import.all().count() == 0
    for _ in range(5):
        await bring(api, alice, "a@b.test\n", kind="blocking")
    assert "At most 5" in (await bring(api, alice, "a@b.test\n", kind="blocking", expect=422)).json["error"]
    await api.get(f"{EXPORTS}/posts", by=alice, expect=404)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Account address,Hide notifications\na@b.test,true\n", "x.csv", ImportKind.MUTES),
        ("Account address,Show boosts\na@b.test,true\n", "x.csv", ImportKind.FOLLOWS),
        ("\ufeff#domain,#severity\nbad.test,suspend\n", "x.csv", ImportKind.DOMAINS),
        ("#uri\nhttps://a.test/1\n", "x.csv", ImportKind.BOOKMARKS),
        ("https://a.test/1\n", "x.csv", ImportKind.BOOKMARKS),
        ("Tea,a@b.test\n", "x.csv", ImportKind.LISTS),
        ("bad.test\n", "x.csv", ImportKind.DOMAINS),
        ("a@b.test\n", "blocked_accounts.csv", ImportKind.BLOCKS),
        ("a@b.test\n", "muted_accounts.csv", ImportKind.MUTES),
        ("a@b.test\n", "following_accounts.csv", ImportKind.FOLLOWS),
        ("a.test\n", "blocked_domains.csv", ImportKind.DOMAINS),
    ],
)
def test_what_is_in_a_file_is_seen(text: str, name: str, kind: ImportKind) -> None:
    found, lines = tables.read(text.encode(), None, name)
    assert found is kind
    assert len(lines) == 1
    assert tables.problem_of(kind, lines[0]) == ""


async def test_a_post_of_long_ago_is_kept_quietly_where_that_is_wanted(api: Api, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    form = {"status": "long ago, @bob", "scheduled_at": "2019-03-01T10:00:00.000Z"}
    now = (await api.post("/api/v1/statuses", by=alice, form=form)).one("Status")
    assert now["created_at"] > "2020", "as Mastodon does it"
    configure(runtime, limits={"backdated_posts": True})
    await db.execute("DELETE FROM jobs")
    told = await db.fetch_value("SELECT count(*) FROM notifications")
    made = (await api.post("/api/v1/statuses", by=alice, form=form)).one("Status")
    assert made["created_at"] == "2019-03-01T10:00:00.000Z"
    assert await db.fetch_value("SELECT count(*) FROM notifications") == told
    assert [row["name"] for row in await db.fetch("SELECT name FROM jobs")] == ["search.keep_post"]
    shown = (await api.get(f"/api/v1/accounts/{alice.id}/statuses", by=bob)).ids
    assert shown == [int(now["id"]), int(made["id"])]
    await api.post("/api/v1/statuses", by=alice, form=form | {"visibility": "direct"}, expect=422)


async def test_archives_come_and_go_by_the_api(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    files = {"file": FileStorage(io.BytesIO(b"no archive"), filename="a.zip")}
    await api.post(f"{IMPORTS}/posts", by=alice, files=files, form={}, expect=422)
    await api.post(f"{IMPORTS}/posts", by=alice, form={}, expect=422)
    made = (await api.post("/api/v1/echo/archives", by=alice)).json
    assert (made["state"], made["url"]) == ("waiting", None)
    await api.post("/api/v1/echo/archives", by=alice, expect=422)
    await own_archive.build(int(made["id"]))
    ready = (await api.get("/api/v1/echo/archives", by=alice)).json[0]
    assert ready["state"] == "ready"
    path = urlsplit(ready["url"]).path
    assert path == f"/api/v1/echo/archives/{ready['id']}/file"
    await api.get(f"/api/v1/echo/archives/{ready['id']}/file", by=bob, expect=404)
    answer = await api.client.get(path, headers={"Host": "echo.test", **alice.headers})
    content = await answer.get_data()
    assert len(content) == ready["size"]
    files = {"file": FileStorage(io.BytesIO(content), filename="a.zip")}
    brought = (await api.post(f"{IMPORTS}/posts", by=bob, files=files, form={"visibility": "private"})).json
    assert (brought["kind"], brought["state"]) == ("posts", "waiting")
    clock.shift(timedelta(days=8))
    await api.get(path, by=alice, expect=404)
    assert (await api.get("/api/v1/echo/archives", by=alice)).json[0]["state"] == "gone"


async def test_s_m08_everything_is_of_whom_the_token_speaks_for(api: Api) -> None:
    alice, eve, bob = await make.person("alice"), await make.person("eve"), await make.person("bob")
    await api.post(f"/api/v1/accounts/{bob.id}/block", by=alice)

    async def blocks(owner: Person) -> tuple[int, bytes]:
        sent = {"Host": "echo.test", **owner.headers}
        answer = await api.client.get(f"{EXPORTS}/blocking?account_id={alice.id}", headers=sent)
        return answer.status_code, await answer.get_data()

    assert [await blocks(alice), await blocks(eve)] == [(200, b"bob@echo.test\n"), (200, b"")]
    made = await Import.create(
        account_id=alice.id, kind="blocking", state="done", created_at=alice.account.created_at
    )
    for method, tail in (("GET", ""), ("GET", "/failures"), ("DELETE", "")):
        await api.ask(method, f"{IMPORTS}/{made.id}{tail}", by=eve, expect=404)
    assert await Import.filter(id=made.id).exists()
    assert [(await api.get(IMPORTS, by=one)).ids for one in (alice, eve)] == [[made.id], []]


async def test_one_moves_by_the_api_and_is_renamed_by_staff(api: Api) -> None:
    alice, new, owner = (
        await make.person("alice"),
        await make.person("new"),
        await make.person(role=Role.OWNER),
    )
    await User.filter(id=alice.id).update(password_hash=await passwords.hash_password("correct horse"))
    path = "/api/v1/echo/move"
    told = (await api.post(f"{path}/aliases", by=new, form={"target": "alice@echo.test"})).json
    assert told["aliases"] == [alice.account.uri]
    await api.post(path, by=alice, form={"target": "new", "password": "wrong"}, expect=422)
    moved = (await api.post(path, by=alice, form={"target": "new", "password": "correct horse"})).json
    assert moved["moved_to"] == new.account.uri
    gone = (await api.delete(f"{path}/aliases?uri={alice.account.uri}", by=new)).json
    assert gone["aliases"] == []
    rename = f"/api/v1/echo/admin/accounts/{new.id}/rename"
    await api.post(rename, by=new, form={"username": "else"}, expect=403)
    by = await make.with_scopes(owner, "admin:write")
    assert (await api.post(rename, by=by, form={"username": "Else"})).json["username"] == "else"
    await api.post("/api/v1/echo/admin/accounts/1/rename", by=by, form={"username": "x"}, expect=404)
    assert await db.fetch_value("SELECT count(*) FROM audit WHERE deed = 'account.rename'") == 1
