"""A small world with somebody who has nothing and somebody who has everything, as long as it may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from echo import clock, db
from echo.actions import accounts, announcements, cards, emojis, notify, posts, trends
from echo.actions.announcements import AnnouncementDraft
from echo.actions.drafts import ProfileDraft, ProfileField, RemoteMedia, RemotePoll
from echo.actions.emojis import EmojiDraft
from echo.kinds import AccountKind, MediaKind, Role, SeveranceKind, Visibility
from echo.models import Card, Media, Poll
from echo.policy.roles import Staff
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Api
from tests.make import Person
from tests.media import pictures

# As long as the limits allow, in letters that take most bytes, run right to left or want to be escaped.
WIDE = "𝔈\u202e<b>&\"'ß\u0301🏳️‍🌈ع"


def filled(length: int) -> str:
    """A text of so many characters at most."""
    return (WIDE * (length // len(WIDE) + 1))[:length].strip()


@dataclass
class World:
    """Somebody with nothing, somebody with everything, and what there is around them."""

    blank: Person
    rich: Person
    friend: Person
    statuses: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    others: list[Person] = field(default_factory=list)


async def make_world(api: Api, runtime: Runtime) -> World:
    """Through the API where there is a way, so that it can come about."""
    await emojis.add(
        Staff.shell(), EmojiDraft(shortcode="wave", content=pictures.png(20, 20, "RGBA"), category="hands")
    )
    await emojis.add(Staff.shell(), EmojiDraft(shortcode="plain", content=pictures.png(20, 20, "RGBA")))
    await emojis.change(Staff.shell(), "wave", featured=True)
    await emojis.change(Staff.shell(), "plain", visible=False)
    world = World(await make.person("blank"), await make.person("rich"), await make.person("friend"))
    await _profile(world)
    await make.follow(world.friend, world.rich)
    await make.follow(world.rich, world.friend)
    await _posts(api, world)
    await _around(api, world)
    await _told(api, world)
    await _odd_people(api, world)
    await _odd_posts(api, world)
    await make.settle(runtime)
    await trends.refresh()
    return world


async def _profile(world: World) -> None:
    rich = world.rich
    long = [(filled(255), filled(255)) for _ in range(3)]
    fields = (*long, ("Link", "https://echo.test/@friend"))
    draft = ProfileDraft(
        display_name=filled(33) + " :wave:",
        note=filled(480) + " :plain:",
        fields=fields,
        locked=True,
        bot=True,
        discoverable=True,
        indexable=True,
        hide_collections=False,
        attribution_domains=("example.org", "xn--tst-qla.example"),
        avatar_description=filled(150),
        header_description=filled(150),
        settings={"language": "pt-BR", "sensitive": True, "visibility": "private"},
    )
    await accounts.change_profile(rich.id, draft)
    await make.account_of(rich, memorial=False)


async def _posts(api: Api, world: World) -> None:
    rich, friend = world.rich, world.friend
    plain = await make.post(friend, "plain")
    images = [await make.image(rich, filled(1500)) for _ in range(4)]
    mentions = "@friend @friend@echo.test #Tea #القهوة :wave: https://example.org/?q=1&r=<"
    everything: dict[str, Any] = {
        "status": f"{mentions} {filled(380)}",
        "spoiler_text": ":plain: warning",
        "sensitive": True,
        "language": "pt-BR",
        "visibility": "public",
        "in_reply_to_id": str(plain.id),
        "media_ids": [str(image.id) for image in images],
        "local_only": True,
    }
    full = (await api.post("/api/v1/statuses", by=rich, json=everything)).one("Status")
    options = [filled(50)[:-1] + str(number) for number in range(4)]
    poll = {"options": options, "expires_in": 3600, "multiple": True, "hide_totals": True}
    asked = (await api.post("/api/v1/statuses", by=friend, json={"status": "?", "poll": poll})).one("Status")
    await api.post(f"/api/v1/polls/{asked['poll']['id']}/votes", by=rich, json={"choices": [0, 3]})
    quote = {"status": "see", "quoted_status_id": str(plain.id), "quote_approval_policy": "nobody"}
    quoting = (await api.post("/api/v1/statuses", by=rich, json=quote)).one("Status")
    hidden = (await api.post("/api/v1/statuses", by=friend, json={"status": "gone soon"})).one("Status")
    lost = {"status": "lost", "quoted_status_id": hidden["id"]}
    losing = (await api.post("/api/v1/statuses", by=rich, json=lost)).one("Status")
    await api.delete(f"/api/v1/statuses/{hidden['id']}", by=friend)
    edited = {"status": f"{mentions} other words", "spoiler_text": "", "media_ids": [str(images[0].id)]}
    await api.put(f"/api/v1/statuses/{full['id']}", by=rich, json=edited)
    boost = (await api.post(f"/api/v1/statuses/{plain.id}/reblog", by=rich)).one("Status")
    for action in ("favourite", "bookmark", "mute"):
        await api.post(f"/api/v1/statuses/{plain.id}/{action}", by=rich)
    await api.post(f"/api/v1/statuses/{quoting['id']}/pin", by=rich)
    await api.post("/api/v1/echo/rooms", by=rich, json={"title": "Tea", "status_id": quoting["id"]})
    blocks = [
        {"type": "text", "text": "one"},
        {"type": "image", "media_id": str((await make.image(rich)).id)},
    ]
    parts = (await api.post("/api/v1/statuses", by=rich, json={"blocks": blocks})).one("Status")
    world.statuses += [plain.id, *(int(one["id"]) for one in (full, asked, quoting, losing, boost, parts))]


async def _card(status_id: str, url: str, author: Person) -> None:
    card = await Card.create(
        url=url,
        kind="video",
        title=filled(200),
        description=filled(400),
        language="ar",
        author_name="Ann",
        author_url="https://example.org/ann",
        provider_name="Example",
        provider_url="https://example.org",
        embed_url="https://example.org/embed",
        html="<iframe src='https://example.org/embed'></iframe>",
        width=400,
        height=300,
        image_key=f"{7:032x}.png",
        image_description=filled(100),
        blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        published_at=clock.now(),
        fetched_at=clock.now(),
        created_at=clock.now(),
    )
    await cards.show(int(status_id), url, card.id)
    bare = await make.post(author, "https://bare.example/")
    empty = await Card.create(url="https://bare.example/", fetched_at=clock.now(), created_at=clock.now())
    await cards.show(bare.id, "https://bare.example/", empty.id)


async def _around(api: Api, world: World) -> None:
    """Lists, filters, tags, collections, schedules and whatever else is a person's own."""
    rich, friend = world.rich, world.friend
    made = await api.post("/api/v1/lists", by=rich, json={"title": filled(100), "exclusive": True})
    await api.post(
        f"/api/v1/lists/{made.json['id']}/accounts", by=rich, json={"account_ids": [str(friend.id)]}
    )
    await api.post("/api/v1/lists", by=rich, json={"title": "plain", "replies_policy": "none"})
    words = [{"keyword": "plain", "whole_word": True}, {"keyword": filled(60), "whole_word": False}]
    told = {
        "title": filled(60),
        "context": ["home", "public"],
        "expires_in": 900,
        "keywords_attributes": words,
    }
    kept = (await api.post("/api/v2/filters", by=rich, json={**told, "filter_action": "warn"})).one("Filter")
    path = f"/api/v2/filters/{kept['id']}/statuses"
    await api.post(path, by=rich, json={"status_id": str(world.statuses[0])})
    await api.post("/api/v2/filters", by=rich, json={"title": "never", "context": ["account"]})
    await api.post("/api/v1/tags/tea/follow", by=rich)
    await api.post("/api/v1/tags/tea/feature", by=rich)
    await api.post("/api/v1/featured_tags", by=rich, json={"name": "unused"})
    await api.post(f"/api/v1/accounts/{friend.id}/note", by=rich, json={"comment": filled(2000)})
    await api.post(f"/api/v1/accounts/{friend.id}/pin", by=rich)
    path = f"/api/v1/accounts/{friend.id}/follow"
    await api.post(path, by=rich, json={"notify": True, "languages": ["en", "pt"], "reblogs": False})
    ann, bob = await make.person("ann"), await make.person("bob")
    await api.post(f"/api/v1/accounts/{ann.id}/mute", by=rich, json={"duration": 3600})
    await api.post(f"/api/v1/accounts/{bob.id}/mute", by=rich, json={"notifications": False})
    carl = await make.person("carl")
    await api.post(f"/api/v1/accounts/{carl.id}/block", by=rich)
    dora = await make.person("dora")
    await api.post(f"/api/v1/accounts/{rich.id}/block", by=dora)
    locked = await make.person("locked", locked=True)
    await api.post(f"/api/v1/accounts/{locked.id}/follow", by=rich)
    asking = await make.person("asking")
    await api.post(f"/api/v1/accounts/{rich.id}/follow", by=asking)
    stranger = await make.stranger("zoe", "avoided.test")
    await api.post("/api/v1/domain_blocks", by=rich, json={"domain": "avoided.test"})
    when = (clock.now() + timedelta(days=2)).isoformat().replace("+00:00", "Z")
    await api.post("/api/v1/statuses", by=rich, json={"status": "later", "scheduled_at": when})
    collection = {"name": "People", "tag_name": "tea", "language": "en", "description": filled(90)}
    await accounts.change_profile(friend.id, ProfileDraft(discoverable=True, locked=False))
    await api.post("/api/v1/collections", by=rich, json={**collection, "account_ids": [str(friend.id)]})
    await api.post(
        "/api/v1/collections", by=rich, json={"name": "Nobody", "sensitive": True, "discoverable": False}
    )
    world.accounts += [ann.id, bob.id, carl.id, locked.id, asking.id, stranger.id, dora.id]


async def _told(api: Api, world: World) -> None:
    """What others tell: notifications, conversations, announcements."""
    rich, friend = world.rich, world.friend
    await make.post(friend, "@rich psst", visibility=Visibility.DIRECT)
    await make.post(friend, "@rich hello")
    for status in world.statuses[1:4:2]:
        for action in ("favourite", "reblog"):
            await api.post(f"/api/v1/statuses/{status}/{action}", by=friend)
        for emoji in ("🎉", "wave"):
            await api.put(f"/api/v1/pleroma/statuses/{status}/reactions/{emoji}", by=friend)
    await api.patch("/api/v2/notifications/policy", by=rich, json={"for_not_following": "filter"})
    await make.post(await make.person("loud"), "@rich notice me")
    text = f"@friend :wave: #tea https://echo.test/@friend/{world.statuses[0]}"
    shown = {"starts_at": clock.now() - timedelta(days=1), "ends_at": clock.now() + timedelta(days=1)}
    told = await announcements.create(Staff.shell(), AnnouncementDraft(text=text, **shown), publish=True)
    await announcements.create(
        Staff.shell(), AnnouncementDraft(text="plain", all_day=True, **shown), publish=True
    )
    await announcements.create(Staff.shell(), AnnouncementDraft(text="plain"), publish=True)
    await api.put(f"/api/v1/announcements/{told}/reactions/wave", by=rich)
    await api.put(f"/api/v1/announcements/{told}/reactions/🎉", by=friend)
    await api.post(f"/api/v1/announcements/{told}/dismiss", by=rich)


async def _odd_people(api: Api, world: World) -> None:
    """A group, somebody limited, gone, remembered, moved, in office, hidden."""
    chosen = ProfileDraft(
        discoverable=False,
        hide_collections=True,
        show_featured=False,
        show_media=False,
        show_media_replies=False,
        avatar_key=f"{1:032x}.png",
        header_key=f"{2:032x}.png",
        settings={"expand_spoilers": True, "autoplay": True},
    )
    hidden = await make.person("hidden", role=Role.ADMIN)
    await accounts.change_profile(hidden.id, chosen)
    limited, suspended, moved = [await make.person() for _ in range(3)]
    await make.account_of(limited, silenced=True)
    await make.account_of(suspended, suspended_at=clock.now())
    new = await make.stranger("new", also_known_as=(moved.account.uri,), memorial=True)
    await make.account_of(moved, moved_to_uri=new.uri)
    group = await make.stranger("group", fields=(ProfileField(name="a", value="b"),))
    await make.account_of(group, kind=AccountKind.GROUP.value)
    path = f"/api/v1/accounts/{world.rich.id}"
    shown = (await api.get(path)).one("Account")["fields"]
    rows = [{**row, "verified_at": "2026-01-02T03:04:05.000Z"} for row in shown]
    await make.account_of(world.rich, fields_=rows)
    await api.post("/api/v1/reports", by=world.friend, json={"account_id": str(limited.id), "comment": "?"})
    await api.post(f"/api/v1/accounts/{group.id}/follow", by=world.rich)
    kind, counts = SeveranceKind.OWN_BLOCK, {"followers": 2, "following": 1}
    async with db.unit_of_work() as unit:
        await notify.tell_of_severed(unit, world.rich.id, kind, "lost.test", **counts)
    world.accounts += [one.id for one in (hidden, limited, suspended, moved, new, group)]
    world.others.append(hidden)


async def _odd_posts(api: Api, world: World) -> None:
    """Polls that ended or never end, files elsewhere, posts of an app and filtered ones."""
    friend = world.friend
    app = await make.app(name="Tool", website="https://tool.test/")
    tool = await make.with_scopes(friend, "write", "read", app_id=app.app_id)
    sent = {"status": "#tea #plain by a tool", "spoiler_text": ":wave:"}
    written = (await api.post("/api/v1/statuses", by=tool, json=sent)).one("Status")
    poll = {"options": ["a :wave:", "b"], "expires_in": 3600}
    asked = (await api.post("/api/v1/statuses", by=tool, json={"status": "?", "poll": poll})).one("Status")
    await Poll.filter(id=int(asked["poll"]["id"])).update(expires_at=clock.now() - timedelta(hours=1))
    author = await make.stranger("far", "far.test")
    small, file = "https://far.test/small.png", "https://far.test/1"
    files = [RemoteMedia(url=file, kind=MediaKind.VIDEO, content_type="video/mp4", preview_url=small)]
    files += [RemoteMedia(url=file + kind, kind=MediaKind(kind)) for kind in ("unknown", "audio")]
    endless = RemotePoll(options=(("a", 1), ("b", 0)))
    far = await make.remote_post(author, media=tuple(files))
    asking = await make.remote_post(author, poll=endless)
    own = (await api.post("/api/v2/filters", by=world.rich, json={"title": "b", "context": ["home"]})).json
    path = f"/api/v2/filters/{own['id']}/statuses"
    await api.post(path, by=world.rich, json={"status_id": str(asking.id)})
    told = {"account_id": str(author.id), "status_ids": [str(far.id)], "forward": True, "comment": "!"}
    await api.post("/api/v1/reports", by=friend, json=told)
    odd = ProfileDraft(locked=True, bot=True, avatar_key=f"{3:032x}.png", avatar_description="a hat")
    likers = [await make.person() for _ in range(3)]
    await accounts.change_profile(likers[0].id, odd)
    for liker in likers:
        await api.post(f"/api/v1/statuses/{world.statuses[0]}/favourite", by=liker)
    listed = {"phrase": "never", "context": ["home"], "irreversible": True}
    await api.post("/api/v1/filters", by=world.rich, json=listed)
    caught = await make.post(friend, "never again")
    waiting = await make.image(world.rich)
    await Media.filter(id=waiting.id).update(blurhash=None)
    when = (clock.now() + timedelta(days=3)).isoformat().replace("+00:00", "Z")
    later = {"status": "later", "scheduled_at": when, "media_ids": [str(waiting.id)]}
    await api.post("/api/v1/statuses", by=world.rich, json=later)
    linking = await make.post(friend, "https://example.org/?q=1&r=")
    await _card(str(linking.id), "https://example.org/?q=1&r=", friend)
    gone = await make.person("hasty")
    for text in ("@rich one", "@rich two"):
        post = await make.post(gone, text)
    await posts.remove(gone.id, post.id)
    world.statuses += [int(written["id"]), int(asked["id"]), far.id, asking.id, linking.id, caught.id]
