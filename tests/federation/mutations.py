"""Documents with one thing wrong: each member in turn, at any depth, replaced by what nobody expects."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.federation.peer import PUBLIC, Actor, Json

Path = tuple[str | int, ...]
LONG = 900_000


def _deep(value: Any) -> Any:
    for _ in range(30):
        value = {"id": value, "type": ["Note"], "items": [value]} if _ % 10 == 0 else [value]
    return value


#: What stands in the place of a value; each gets the value that stood there.
WRONG: dict[str, Callable[[Any], Any]] = {
    "null": lambda _: None,
    "bool": lambda _: True,
    "number": lambda _: -7.5,
    "empty": lambda _: "",
    "list": lambda _: [],
    "object": lambda _: {},
    "long": lambda _: "x" * LONG,
    "two": lambda value: [value, value],
    "nested": _deep,
}


def paths(document: Any, so_far: Path = ()) -> Iterator[Path]:
    """The place of every value in a document, the outermost first."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        yield (*so_far, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*so_far, key))


def replaced(document: Json, path: Path, wrong: Callable[[Any], Any]) -> Json:
    """The document with something wrong at one place."""
    changed = copy.deepcopy(document)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = wrong(inner[path[-1]])
    return changed


def note_of(actor: Actor, alice: str, post: str) -> Json:
    """A post with everything that a post can have."""
    return actor.note(
        "rich",
        url=[{"type": "Link", "mediaType": "text/html", "href": f"https://{actor.peer.host}/p"}],
        contentMap={"en": "<p>rich</p>"},
        name="Title",
        summary="careful",
        sensitive=True,
        inReplyTo=post,
        updated="2099-01-01T00:00:00Z",
        cc=[f"{actor.id}/followers", alice],
        audience=f"https://{actor.peer.host}/group",
        attachment=[
            {
                "type": "Document",
                "mediaType": "image/png",
                "url": f"https://{actor.peer.host}/a.png",
                "name": "A",
                "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
                "focalPoint": [0.1, 0.2],
                "width": 10,
                "height": 20,
                "duration": "PT1S",
                "icon": {"type": "Image", "url": f"https://{actor.peer.host}/i.png"},
            }
        ],
        tag=[
            {"type": "Mention", "href": alice, "name": "@alice"},
            {"type": "Hashtag", "href": f"https://{actor.peer.host}/t", "name": "#tag"},
            {
                "type": "Emoji",
                "id": f"https://{actor.peer.host}/e",
                "name": ":emo:",
                "updated": "2025-01-01T00:00:00Z",
                "icon": {
                    "type": "Image",
                    "mediaType": "image/png",
                    "url": f"https://{actor.peer.host}/e.png",
                },
            },
        ],
        source={"content": "rich", "mediaType": "text/markdown"},
        context=f"https://{actor.peer.host}/c/1",
        conversation="tag:x",
        replies={
            "type": "Collection",
            "id": f"{actor.id}/r",
            "first": {"type": "CollectionPage"},
        },
        likes={"type": "Collection", "totalItems": 1},
        interactionPolicy={"canQuote": {"automaticApproval": [PUBLIC]}, "canLike": {"always": [PUBLIC]}},
        quoteUrl=post,
    )


def question_of(actor: Actor) -> Json:
    options = [{"type": "Note", "name": name, "replies": {"totalItems": 1}} for name in "ab"]
    end = "2099-01-01T00:00:00Z"
    return actor.note("which?", type="Question", oneOf=options, endTime=end, votersCount=2)


def event_of(actor: Actor) -> Json:
    address = {"type": "PostalAddress", "streetAddress": "1", "addressLocality": "Here"}
    return actor.note(
        "come",
        type="Event",
        name="Party",
        startTime="2025-01-01T10:00:00Z",
        endTime="2025-01-01T12:00:00Z",
        timezone="Europe/Paris",
        location={"type": "Place", "name": "Hall", "address": address},
        inLanguage="en",
    )


def video_of(actor: Actor) -> Json:
    host = actor.peer.host
    file = {"type": "Link", "mediaType": "video/mp4", "href": f"https://{host}/v.mp4", "height": 480}
    stream = {"type": "Link", "mediaType": "application/x-mpegURL", "href": f"https://{host}/v.m3u8"}
    return actor.note(
        "**watch**",
        type="Video",
        name="Film",
        mediaType="text/markdown",
        duration="PT90S",
        url=[{**stream, "tag": [file]}],
        icon=[{"type": "Image", "url": f"https://{actor.peer.host}/i.jpg", "width": 10}],
        attributedTo=[
            {"type": "Group", "id": f"https://{host}/g"},
            {"type": "Person", "id": actor.id},
        ],
        language={"identifier": "fr"},
    )


def profile_of(actor: Actor) -> Json:
    """An actor with everything that an actor can have."""
    host = actor.peer.host
    return {
        **actor.document,
        "summary": "<p>me</p>",
        "icon": {"type": "Image", "mediaType": "image/png", "url": f"https://{host}/i.png", "summary": "i"},
        "image": {"type": "Image", "url": f"https://{host}/h.png"},
        "attachment": [{"type": "PropertyValue", "name": "a", "value": "b"}],
        "tag": [{"type": "Emoji", "name": ":e:", "icon": {"url": f"https://{host}/e.png"}}],
        "featured": f"{actor.id}/featured",
        "featuredTags": f"{actor.id}/tags",
        "alsoKnownAs": [f"https://{host}/other"],
        "attributionDomains": [host],
        "published": "2020-01-01T00:00:00Z",
        "manuallyApprovesFollowers": True,
        "discoverable": True,
        "indexable": True,
        "memorial": False,
        "suspended": False,
        "assertionMethod": [
            {"id": f"{actor.id}#k", "type": "Multikey", "controller": actor.id, "publicKeyMultibase": "z6Mk"}
        ],
        "generator": {"type": "Application", "implements": [{"href": f"https://{host}/spec"}]},
        "webfinger": f"{actor.name}@{host}",
    }


def activities_of(actor: Actor, alice: str, post: str) -> dict[str, Json]:
    """An activity of each kind. Every call names new ones."""
    followed = {"id": f"{actor.id}/f", "type": "Follow", "actor": actor.id, "object": alice}
    asked = {"id": "https://one.test/f", "type": "Follow", "actor": alice, "object": actor.id}
    reaction = {"content": ":emo:", "tag": [{"type": "Emoji", "name": ":emo:", "icon": {"url": post}}]}
    note = note_of(actor, alice, post)
    return {
        "Create": actor.creates(note),
        "Create of a question": actor.creates(question_of(actor)),
        "Create of an event": actor.creates(event_of(actor)),
        "Create of a video": actor.creates(video_of(actor)),
        "Update": actor.does("Update", note_of(actor, alice, post)),
        "Update of an actor": actor.does("Update", profile_of(actor)),
        "Like": actor.does("Like", post, **reaction),
        "Announce": actor.does("Announce", post, published="2025-01-01T00:00:00Z"),
        "Follow": actor.does("Follow", alice),
        "Undo": actor.does("Undo", followed),
        "Accept": actor.does("Accept", asked, result=f"https://{actor.peer.host}/stamp"),
        "Reject": actor.does("Reject", asked),
        "Delete": actor.does("Delete", {"id": f"{actor.id}/gone", "type": "Tombstone"}),
        "Block": actor.does("Block", f"https://{actor.peer.host}/nobody", target=alice),
        "Move": actor.does("Move", actor.id, target=f"https://{actor.peer.host}/users/new"),
        "Add": actor.does("Add", post, target=f"{actor.id}/featured"),
        "Flag": actor.does("Flag", [alice, post], content="bad"),
        "QuoteRequest": actor.does("QuoteRequest", post, instrument=note),
        "View": actor.does("View", post),
    }
