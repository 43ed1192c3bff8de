"""What a server that means harm says of others: approvals, memberships and names that are not so."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.e2e.harm import TRAPS, Scene
from tests.e2e.hostile import SECOND
from tests.federation.peer import PUBLIC


async def false_claims(scene: Scene) -> None:
    """Boosts of what may not be boosted, approvals that nobody gave, groups that nobody asked into."""
    mallory, eve, hostile, mail = scene.mallory, scene.eve, scene.hostile, scene.mail
    boost = mallory.does("Announce", scene.public)
    for what in (boost["id"], boost, scene.private, mallory.does("Announce", boost)):
        await mail.send(mallory, mallory.does("Announce", what))
    await mail.send(mallory, boost)
    await mail.send(eve, eve.does("Announce", boost["id"]))
    stamp = hostile.address("/stamps/1")
    for owner, about in ((mallory.uri, scene.friends_post), (scene.friend, scene.public)):
        for uri in (stamp, f"{scene.friends_post}/stamp", f"{scene.public}#stamp"):
            more = {"interactingObject": about, "interactionTarget": scene.friends_post}
            served = {"id": uri, "type": "QuoteAuthorization", "attributedTo": owner, **more}
            hostile.serve(stamp, served)
            note = mallory.note("they let me", quote=scene.friends_post, quoteAuthorization=uri)
            await mail.send(mallory, mallory.creates({**note, "to": [PUBLIC, scene.alice]}))
            asked = mallory.does("QuoteRequest", scene.friends_post, instrument=note)
            await mail.send(mallory, mallory.does("Accept", asked, result=uri))
    for post in (scene.private, scene.public):
        note = mallory.note("may I?", quote=post)
        await mail.send(mallory, mallory.does("QuoteRequest", post, instrument=note), times=5)
    await _group_chats(scene)


async def _group_chats(scene: Scene) -> None:
    """Chats: events of groups that nobody is in, wishes in the name of others, messages to who said no."""
    mallory, mail = scene.mallory, scene.mail
    here = f"http://{urlsplit(scene.alice).netloc}"
    for group in (f"{here}/ap/chats/1", f"{mallory.uri}/chats/1"):
        for kind in ("joined", "message", "invited", "role", "left"):
            event = {
                "id": f"{group}/events/{kind}",
                "type": "EchoChatEvent",
                "context": group,
                "kind": kind,
                "attributedTo": scene.friend,
                "seq": 10**9,
                "subject": scene.alice,
                "text": "come",
                "role": "owner",
                "members": [
                    {"actor": uri, "role": "owner"} for uri in (scene.alice, scene.friend, mallory.uri)
                ],
            }
            await mail.send(mallory, mallory.does("Create", event, to=[group]))
            wish = {**event, "type": "EchoChatWish", "id": f"{mallory.uri}#wishes/{kind}", "token": "guessed"}
            await mail.send(mallory, mallory.does("Create", wish, to=[group]))
        marks = {
            "id": f"{group}#m",
            "type": "EchoChatMarks",
            "context": group,
            "deliveredSeq": 10**18,
            "readSeq": -1,
        }
        await mail.send(mallory, mallory.does("Create", marks))
    for n in range(20):
        said = mallory.note(f"psst {n}", type="ChatMessage", to=[scene.alice], cc=[])
        await mail.send(mallory, mallory.creates(said))


def lying_names(scene: Scene) -> list[str]:
    """Handles that WebFinger tells lies about, or nothing at all."""
    hostile, port = scene.hostile, scene.hostile.port
    names = {
        "alice": scene.alice,
        "friend": scene.friend,
        "eve": scene.eve.uri,
        **{trap: hostile.address(f"/{trap}/actor") for trap in TRAPS if trap not in ("silent", "drip")},
    }
    host = f"127.0.0.2:{port}"
    for name, uri in names.items():
        hostile.claim(f"acct:lie-{name}@{host}", uri)
        hostile.claim(f"acct:other-{name}@{host}", scene.mallory.uri, subject=f"acct:{name}@{SECOND}:{port}")
    return [f"{kind}-{name}@{host}" for name in names for kind in ("lie", "other")]
