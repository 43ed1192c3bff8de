"""What came from other servers goes when nobody here has a use for it, and stays when somebody has."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from quart.typing import TestClientProtocol as Client

from echo import clock, db, ids
from echo.actions import (
    boosts,
    filter_rules,
    filters,
    held,
    likes,
    polls,
    posts,
    pruning,
    reactions,
    reports,
    schedules,
    threads,
    uploads,
)
from echo.actions.drafts import PostDraft, RemoteMedia, RemotePoll
from echo.errors import HeldBack, NoRoom
from echo.kinds import MediaKind, Visibility
from echo.media import port
from echo.models import (
    Account,
    Card,
    Hashtag,
    HeldThing,
    Media,
    Notification,
    Post,
    PostStats,
    RemoteFile,
    Tombstone,
)
from echo.policy.roles import Staff
from echo.runtime import Runtime
from echo.store import prunings, remote_files, sizes, storage_report
from echo.store.pruning import GO_ALONG, STAYS
from tests import make
from tests.conftest import changed
from tests.media import pictures

LONG_AGO = timedelta(days=400)


@pytest.fixture
def no_room(runtime: Runtime) -> Runtime:
    """A server on which no post of elsewhere has room."""
    runtime.config = changed(runtime.config, storage={"remote_posts_bytes": 1})
    runtime.bind()
    clock.shift(-LONG_AGO)
    ids._last_ms = 0
    return runtime


async def _left() -> set[int]:
    return {row["id"] for row in await db.fetch("SELECT id FROM posts WHERE NOT local")}


async def test_what_a_member_has_a_use_for_stays(no_room: Runtime) -> None:
    """Everything by which a post stays, one post each, and one thread that goes."""
    member, other = await make.person(), await make.person()
    author = await make.stranger()
    kept: dict[str, list[Post]] = {}

    async def a_post(why: str, **more: object) -> Post:
        made = await make.remote_post(author, **more)  # type: ignore[arg-type]
        kept.setdefault(why, []).append(made)
        return made

    await boosts.boost(member.id, (await a_post("boosted")).id)
    await likes.like(member.id, (await a_post("liked")).id)
    await likes.bookmark(member.id, (await a_post("bookmarked")).id)
    await reactions.react(member.id, (await a_post("reacted")).id, "🦊")
    await make.post(member, quote_of_id=(await a_post("quoted", quote_automatic=("public",))).id)
    first = await a_post("answered, the first of its thread")
    middle = await a_post("answered", in_reply_to_id=first.id)
    await a_post("beside an answer", in_reply_to_id=first.id)
    await make.post(member, "yes", reply_to=middle.id)
    await a_post("mentions", mentioned_ids=(member.id,))
    await a_post("direct", mentioned_ids=(member.id,), visibility=Visibility.DIRECT)
    await a_post("answers a post of ours", in_reply_to_id=(await make.post(member)).id)
    asked = await a_post("voted", poll=RemotePoll(options=(("a", 0), ("b", 0)), expires_at=None))
    await polls.vote(member.id, asked.poll_id, [0])  # type: ignore[arg-type]
    reported = await a_post("reported")
    await reports.report(member.id, reports.ReportDraft(target_id=author.id, post_ids=(reported.id,)))
    await threads.mute(member.id, (await a_post("muted")).id)
    filter_id = await filters.create(member.id, filters.FilterDraft(title="x", contexts=("home",)))
    await filter_rules.add_post(member.id, filter_id, (await a_post("filtered")).id)
    due_at, draft = clock.now() + timedelta(days=500), PostDraft(text="later", visibility=Visibility.PUBLIC)
    waiting = await a_post("answered by what is scheduled")
    await schedules.schedule(other.id, _answer(draft, waiting.id), due_at)
    talk = await make.remote_post(author)
    ours = await make.post(member)
    boost = await boosts.receive(author, ours.id, f"{author.uri}/boosts/1", clock.now(), Visibility.PUBLIC)
    assert boost is not None
    useless = [await make.remote_post(author) for _ in range(3)]
    useless.append(await make.remote_post(author, in_reply_to_id=useless[0].id))
    elsewhere = await boosts.receive(
        author, useless[1].id, f"{author.uri}/boosts/2", clock.now(), Visibility.PUBLIC
    )
    assert elsewhere is not None

    clock.shift(timedelta())
    fresh = await make.remote_post(author)
    freed = await pruning.prune()
    assert not any(done.failure for done in freed.values()), freed
    left = await _left()
    for why, stayed in kept.items():
        for post in stayed:
            assert post.id in left, why
    assert {boost.id, fresh.id} <= left
    assert not {post.id for post in useless if post.id != useless[1].id} & left
    assert talk.id not in left
    # What a boost from elsewhere shows goes after the boost does, with the next round.
    await db.execute("UPDATE prunings SET round_began_at = now() - interval '2 days', position = 0")
    await pruning.prune()
    assert not {post.id for post in (*useless, elsewhere)} & await _left()
    assert {post.id for stayed in kept.values() for post in stayed} <= await _left()
    stats = await PostStats.get(post_id=ours.id)
    assert stats.boosts == 1
    # What a person takes back is of no use any more.
    await likes.unlike(member.id, kept["liked"][0].id)
    await db.execute("UPDATE prunings SET round_began_at = now() - interval '2 days', position = 0")
    await pruning.prune()
    assert kept["liked"][0].id not in await _left()


def _answer(draft: PostDraft, post_id: int) -> PostDraft:
    return PostDraft(text=draft.text, visibility=draft.visibility, in_reply_to_id=post_id)


async def test_posts_of_those_whom_members_follow_go_last(no_room: Runtime) -> None:
    member, followed, unknown = await make.person(), await make.stranger(), await make.stranger()
    await make.follow(member, followed)
    liked = [await make.remote_post(followed) for _ in range(4)]
    relayed = [await make.remote_post(unknown) for _ in range(4)]
    clock.shift(timedelta())
    measured = await storage_report.make()
    assert (measured.remote_posts, measured.remote_posts_bytes > 1) == (8, True)
    each = measured.remote_posts_bytes / 8
    no_room.config = changed(no_room.config, storage={"remote_posts_bytes": int(each * 4.5)})
    no_room.bind()
    freed = await pruning.prune()
    assert (freed["strangers"].rows, freed["followed"].rows) == (4, 0)
    assert await _left() == {post.id for post in liked}
    assert not {post.id for post in relayed} & await _left()
    report = await storage_report.make()
    done = {row["kind"]: row for row in report.prunings}
    assert done["strangers"]["total_rows"] == 4
    assert done["strangers"]["total_bytes"] > 0
    assert not report.is_overdue
    clock.shift(timedelta(hours=7))
    assert await prunings.is_overdue()


async def test_what_nothing_names_any_more_goes_too(no_room: Runtime) -> None:
    """Files and their copies, previews, hashtags, accounts, notices, tombstones: with the post or after
    it."""
    author, friend = await make.stranger(avatar="https://peer.test/face.png"), await make.stranger()
    member = await make.person()
    await make.follow(member, friend)
    await remote_files.know(["https://peer.test/face.png"])
    file = RemoteMedia(url="https://peer.test/a.png", kind=MediaKind.IMAGE, content_type="image/png")
    post = await make.remote_post(author, media=(file,), hashtags=("Nobody",))
    key = port.store().new_key("png")
    await port.store().put(key, b"picture", "image/png")
    card = await Card.create(url="https://page.test/", title="t", image_key=key, created_at=clock.now())
    await Post.filter(id=post.id).update(card_id=card.id)
    copy = port.store().new_key("png")
    await port.store().put(copy, b"copy", "image/png")
    row = await RemoteFile.get(url=file.url)
    await RemoteFile.filter(id=row.id).update(
        file_key=copy, size_bytes=4, fetched_at=clock.now(), created_at=clock.now()
    )
    await RemoteFile.filter(url="https://peer.test/face.png").update(created_at=clock.now())
    await remote_files.know(["https://peer.test/emoji.png"], are_emojis=True)
    await RemoteFile.filter(emoji=True).update(created_at=clock.now())
    await Tombstone.create(uri="https://peer.test/gone", created_at=clock.now())
    await posts.receive_removal(friend, (await make.remote_post(friend)).uri)
    told = await make.post(member)
    await likes.receive(friend, told.id, "https://peer.test/likes/1")
    assert await Notification.all().count() == 1
    for table in ("notifications", "hashtags", "tombstones"):
        await db.execute(f"UPDATE {table} SET created_at = created_at - interval '400 days'")
    clock.shift(timedelta())
    freed = await pruning.prune()
    # Addresses are looked at after accounts, in the order in which one lets go of the other.
    assert {kind: done.rows for kind, done in freed.items()} == {
        "strangers": 1,
        "followed": 0,
        "deleted": 1,
        "notifications": 1,
        "tombstones": 2,
        "held": 0,
        "cards": 1,
        "hashtags": 1,
        "accounts": 1,
        "remote_files": 2,
        "copies": 0,
    }
    assert freed["remote_files"].bytes == 4
    for gone in (key, copy):
        assert not (no_room.data / "media" / gone).exists()
    assert await Media.all().count() == 0
    assert [row.url for row in await RemoteFile.all()] == ["https://peer.test/emoji.png"]
    assert await Account.get_or_none(id=author.id) is None
    assert await Account.get_or_none(id=friend.id) is not None
    assert await Hashtag.all().count() == 0


async def test_what_policies_held_goes_with_time_and_over_the_budget(no_room: Runtime) -> None:
    no_room.config = changed(no_room.config, storage={"held_things": 2})
    no_room.bind()
    author = await make.stranger()
    member = await make.person()
    await make.policy("words", words=["maybe"], action="hold")

    async def hold(count: int) -> None:
        for _ in range(count):
            with pytest.raises(HeldBack):
                await make.remote_post(author, "maybe")

    await hold(2)
    own = await make.post(member, "maybe")
    (old, decided) = await HeldThing.filter(kind="remote_post").order_by("id")
    await held.reject(Staff.shell(), decided.id)
    clock.shift(timedelta())
    await hold(4)
    late = await HeldThing.all().order_by("-id").first()
    assert late is not None
    await held.reject(Staff.shell(), late.id)
    freed = await pruning.prune()
    assert freed["held"].rows == 3, "one that waited too long, one decided long ago, one over the budget"
    rest = await HeldThing.all().order_by("id")
    assert not {old.id, decided.id} & {thing.id for thing in rest}
    assert [thing.state for thing in rest] == ["waiting", "waiting", "waiting", "rejected"]
    assert rest[0].post_id == own.id, "what somebody here wrote waits"


async def test_a_kind_that_fails_does_not_stop_the_others(
    no_room: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.remote_post(await make.stranger())
    clock.shift(timedelta())

    async def fail(*_: object) -> list[int]:
        raise OSError("no disk")

    monkeypatch.setattr(pruning.pruning, "remove_tombstones", fail)
    freed = await pruning.prune()
    assert freed["tombstones"].failure == "OSError: no disk"
    assert freed["strangers"].rows == 1
    rows = {row["kind"]: row for row in await prunings.listing()}
    assert rows["tombstones"]["failure"]
    assert rows["tombstones"]["finished_at"] is None
    assert rows["strangers"]["finished_at"] is not None


async def test_everything_that_refers_to_posts_or_accounts_is_thought_of(runtime: Runtime) -> None:
    """A new table either keeps a post or goes with it; and what refers to either is found by an index."""
    rows = await db.fetch(
        "SELECT c.confrelid::regclass::text AS parent, c.conrelid::regclass::text AS child, a.attname AS"
        " name,"
        " EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum"
        "  AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT"
        " NULL)'))"
        " AS is_found FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.confrelid IN ('posts'::regclass, 'accounts'::regclass)"
    )
    assert len(rows) > 60
    assert [(row["child"], row["name"]) for row in rows if not row["is_found"]] == []
    named = {row["child"] for row in rows if row["parent"] == "posts"}
    assert named - set(STAYS) - GO_ALONG == set(), "say in echo.store.pruning whether it keeps a post"


async def test_a_full_disk_takes_no_files_in(runtime: Runtime, client: Client) -> None:
    runtime.config = changed(runtime.config, storage={"free_bytes": 2**62})
    runtime.bind()
    member = await make.person()
    with pytest.raises(NoRoom):
        await uploads.upload(member.id, _picture())
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert "disk is full" in (await answer.get_data()).decode()
    assert (await storage_report.make()).is_full
    runtime.config = changed(runtime.config, storage={"free_bytes": 0})
    runtime.bind()
    assert (await uploads.upload(member.id, _picture())).file_key


def _picture() -> uploads.Incoming:
    content = pictures.png()
    return uploads.Incoming(file=io.BytesIO(content), size_bytes=len(content))


async def test_indexes_are_made_anew_while_they_are_used(runtime: Runtime) -> None:
    await make.remote_post(await make.stranger())
    for table in sizes.GAPPY_TABLES:
        assert await sizes.rebuild_indexes(table) >= 0
    invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
    assert await db.fetch_value(invalid) == 0
    assert await db.fetch_value("SHOW statement_timeout") == "15s"
