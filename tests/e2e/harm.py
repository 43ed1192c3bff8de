"""What a server that means harm does to another: each function is one kind of it, played on one inbox."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from activitypub.signatures.cavage import sign_request
from activitypub.signatures.keys import load_private_key
from echo import clock
from tests.e2e.hostile import Hostile, Mail, Villain
from tests.federation import mutations
from tests.federation.peer import PUBLIC, Json, key_pair

TRAPS = ("loop", "inside", "local", "over", "silent", "drip", "bomb", "deep", "babble", "endless")
SOME, MANY, STORM = 400, 3_000, 60


@dataclass(frozen=True)
class Scene:
    """One server that is attacked, and what is there.

    Shapes:  alice, her posts: ids of the server; friend, friends_post: of somebody at another honest server
    """

    mail: Mail
    hostile: Hostile
    mallory: Villain
    eve: Villain
    alice: str
    public: str
    private: str
    friend: str
    friends_post: str
    chance: random.Random


async def forgeries(scene: Scene) -> None:
    """Signatures that say nothing about who is named, are old, or are of something else."""
    mallory, mail = scene.mallory, scene.mail
    for victim in (scene.alice, scene.friend, scene.eve.uri):
        for kind, what in (("Follow", scene.alice), ("Delete", victim), ("Like", scene.public)):
            await mail.send(mallory, mallory.does(kind, what, actor=victim))
            await mail.send(mallory, mallory.does(kind, what, actor=victim), key_id=f"{victim}#main-key")
    like = mallory.does("Like", scene.public)
    await mail.send(mallory, like, times=20)
    for changed in (
        {"digest": "SHA-256=AAAA"},
        {"date": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"signature": "x"},
    ):
        await mail.send(mallory, mallory.does("Like", scene.public), **changed)
    await mail.send(mallory, mallory.does("Like", scene.public), keys=key_pair(9))


async def keys_that_change(scene: Scene) -> None:
    """Keys are swapped back and forth, belong to somebody else, or lie where nothing good is."""
    hostile, mail = scene.hostile, scene.mail
    fickle = hostile.villain("fickle")
    for turn in range(8):
        fickle.keys = key_pair(1 + turn % 2)
        hostile.serve(fickle.uri, fickle.document)
        await mail.send(fickle, fickle.does("Like", scene.public))
        await mail.send(fickle, fickle.does("Update", fickle.document), keys=key_pair(2 - turn % 2))
    for trap in TRAPS:
        thief = hostile.villain(f"thief-{trap}")
        hostile.serve(thief.uri, {**thief.document, "inbox": hostile.address(f"/{trap}/inbox")})
        await mail.send(thief, thief.does("Follow", scene.alice))
        await mail.send(thief, thief.does("Follow", scene.alice), key_id=hostile.address(f"/{trap}/key"))
    for owner in (scene.alice, scene.friend):
        own = {**scene.mallory.document, "publicKey": {**scene.mallory.document["publicKey"], "owner": owner}}
        hostile.serve(hostile.address(f"/keys/{urlsplit(owner).path[-4:]}"), own)
        await mail.send(scene.mallory, scene.mallory.does("Like", scene.public), key_id=f"{owner}#main-key")


async def what_is_not_theirs(scene: Scene) -> None:
    """Changes, deletions and undoings of what somebody else has."""
    mallory, mail = scene.mallory, scene.mail
    for uri in (scene.public, scene.private, scene.friends_post, scene.alice, scene.friend):
        note = mallory.note("taken over", id=uri)
        for kind, what in (("Delete", uri), ("Update", note), ("Create", note), ("Undo", uri), ("Move", uri)):
            await mail.send(mallory, mallory.does(kind, what, target=mallory.uri))
        for kind in ("Add", "Remove"):
            await mail.send(mallory, mallory.does(kind, mallory.note()["id"], target=f"{uri}/featured"))
        for kind in ("Follow", "Like", "Announce", "Block"):
            undone = {"id": f"{uri}#{kind}", "type": kind, "actor": scene.friend, "object": scene.alice}
            await mail.send(mallory, mallory.does("Undo", undone))
        for kind in ("Accept", "Reject"):
            asked = {"id": f"{uri}#asked", "type": "Follow", "actor": scene.alice, "object": scene.friend}
            await mail.send(mallory, mallory.does(kind, asked))


async def odd_documents(scene: Scene) -> None:
    """Activities of every kind with something wrong in them, and bodies that are no documents."""
    mallory, mail, chance = scene.mallory, scene.mail, scene.chance
    fresh = mutations.activities_of(mallory, scene.alice, scene.public)
    for kind, activity in fresh.items():
        if kind == "Move":
            continue
        for path in chance.sample(list(mutations.paths(activity)), k=8):
            wrong = mutations.WRONG[chance.choice(sorted(mutations.WRONG))]
            again = mutations.activities_of(mallory, scene.alice, scene.public)[kind]
            await mail.send(mallory, mutations.replaced(again, path, wrong))
    head = f'{{"id": "{mallory.uri}/odd", "type": "Create", "actor": "{mallory.uri}", "object": '.encode()
    for tail in (
        *(b"[" * 100_000, b'{"a":' * 900 + b"1" + b"}" * 900, b"NaN}", b"1e9999}", b"9" * 5000 + b"}"),
        *(
            b'"\xff\xfe"}',
            b'"\\ud800"}',
            b'"\\u0000"}',
            b'{"id": 1, "id": 2}}',
            b'"' + b"x" * 1_200_000 + b'"}',
        ),
    ):
        await mail.send(mallory, head + tail)
    for body in (b"", b"null", b"[]", b"[[]]", b'"text"', b"\x1f\x8b\x08\x00", b"<xml/>"):
        await mail.send(mallory, body)
    await mail.send(mallory, mallory.creates(mallory.note()), content_encoding="gzip")


async def far_too_much(scene: Scene) -> None:
    """Thousands of people, hashtags, files, emojis and recipients in one; and as many as are still read."""
    for many in (SOME, MANY):
        await _flood(scene, many)


async def _flood(scene: Scene, many: int) -> None:
    mallory, mail = scene.mallory, scene.mail
    strangers = [f"{scene.hostile.address('/nobody')}/{n}" for n in range(many)]
    kinds: dict[str, list[Json]] = {
        "Mention": [{"type": "Mention", "href": uri, "name": f"@{uri}"} for uri in strangers],
        "Hashtag": [{"type": "Hashtag", "name": f"#flood{n}"} for n in range(many)],
        "Emoji": [
            {"type": "Emoji", "name": f":e{n}:", "icon": {"url": uri}} for n, uri in enumerate(strangers)
        ],
    }
    here = {"type": "Mention", "href": scene.alice, "name": "@alice"}
    for tags in kinds.values():
        to = [PUBLIC, scene.alice]
        await mail.send(mallory, mallory.creates(mallory.note("all", to=to, cc=strangers, tag=[here, *tags])))
    files = [{"type": "Document", "mediaType": "image/png", "url": uri} for uri in strangers]
    await mail.send(mallory, mallory.creates(mallory.note("all", attachment=files)))
    options = [{"type": "Note", "name": f"option {n}"} for n in range(many)]
    await mail.send(mallory, mallory.creates(mallory.note("all", type="Question", oneOf=options)))
    wide = {**mallory.document, "alsoKnownAs": strangers, "attachment": [{"type": "PropertyValue"}] * many}
    await mail.send(mallory, mallory.does("Update", wide))
    await mail.send(mallory, mallory.does("Flag", [scene.alice, *strangers], content="x" * 500_000))


async def ids_of_others(scene: Scene) -> None:
    """The same ids at two hosts, and for two things; posts that name an author, or a parent, elsewhere."""
    mallory, eve, mail = scene.mallory, scene.eve, scene.mail
    note = mallory.note("first")
    for text in ("first", "second"):
        await mail.send(mallory, mallory.creates({**note, "content": text}))
    await mail.send(eve, eve.creates({**note, "attributedTo": eve.uri}))
    await mail.send(eve, eve.does("Like", scene.public, id=mallory.does("Like", "")["id"]))
    for author in (scene.alice, scene.friend, eve.uri):
        await mail.send(mallory, mallory.creates(mallory.note("by another", attributedTo=author)))
    for trap in TRAPS:
        uri = scene.hostile.address(f"/{trap}/post")
        more = {
            "inReplyTo": uri,
            "quoteUrl": uri,
            "context": uri,
            "replies": uri,
            "likes": uri,
            "shares": uri,
        }
        await mail.send(mallory, mallory.creates(mallory.note(f"about {trap}", to=[scene.alice], **more)))
        await mail.send(mallory, mallory.does("Announce", uri))
    loop = mallory.note("answers itself", to=[PUBLIC, scene.alice])
    await mail.send(mallory, mallory.creates({**loop, "inReplyTo": loop["id"]}))


async def storms(scene: Scene) -> None:
    """Moves round and round, reports without end, what is undone before it is done."""
    mallory, eve, hostile, mail = scene.mallory, scene.eve, scene.hostile, scene.mail
    movers = [hostile.villain(f"mover{n}") for n in range(3)]
    for n, mover in enumerate(movers):
        uris = [other.uri for other in movers]
        document = {**mover.document, "alsoKnownAs": uris, "movedTo": uris[(n + 1) % 3]}
        hostile.serve(mover.uri, document)
    for n in range(STORM):
        mover, target = movers[n % 3], scene.chance.choice([*movers, eve]).uri
        await mail.send(
            mover, mover.does("Move", mover.uri, target=scene.chance.choice([target, scene.alice]))
        )
        await mail.send(
            mallory, mallory.does("Flag", [scene.alice, scene.friends_post], content=f"{n}" * 5000)
        )
    for n in range(20):
        like, follow = mallory.does("Like", scene.public), mallory.does("Follow", scene.alice)
        note = mallory.note(f"late {n}", to=[PUBLIC, scene.alice])
        for activity in (
            *(
                mallory.does("Undo", like),
                like,
                mallory.does("Undo", follow),
                follow,
                mallory.does("Undo", follow),
            ),
            *(mallory.does("Delete", note["id"]), mallory.creates(note), mallory.does("Undo", like)),
        ):
            await mail.send(mallory, activity)


async def slow_bodies(scene: Scene) -> None:
    """Deliveries of which a byte comes now and then, and that are never finished."""
    parts = urlsplit(scene.mail.inbox)
    body = json.dumps(scene.mallory.does("Like", scene.public)).encode()
    key = load_private_key(scene.mallory.keys.private_pem)
    headers = sign_request(
        "POST", scene.mail.inbox, key=key, key_id=scene.mallory.key_id, now=clock.now(), body=body
    )

    async def drip() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", parts.port)
        lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body) * 100}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() != "host"]
        try:
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            for byte in body[:30]:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.1)
        except OSError:
            pass
        finally:
            writer.transport.abort()

    await asyncio.gather(*(drip() for _ in range(100)))


async def old_and_new(scene: Scene) -> None:
    """Clocks that are far off: posts of a thousand years ago and ahead."""
    for date in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-13-45T99:99:99Z", "-5", "now"):
        note = scene.mallory.note("when?", published=date, updated=date, to=[PUBLIC, scene.alice])
        await scene.mail.send(scene.mallory, scene.mallory.creates(note))
        await scene.mail.send(scene.mallory, scene.mallory.does("Update", note))
        await scene.mail.send(scene.mallory, scene.mallory.does("Announce", scene.public, published=date))
    await scene.mail.send(scene.mallory, scene.mallory.does("Like", scene.public), keys=scene.mallory.keys)


# Odd documents come last: among them is what ends that the villain is followed.
KINDS: tuple[Any, ...] = (
    *(forgeries, far_too_much, keys_that_change, what_is_not_theirs, ids_of_others),
    *(storms, slow_bodies, old_and_new, odd_documents),
)
