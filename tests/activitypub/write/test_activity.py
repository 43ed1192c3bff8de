"""The exact shapes we send: literal readers (Pixelfed, Lemmy, WordPress, relays) depend on them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from activitypub import write
from activitypub.activities import Accept, Follow, Like, Unknown
from activitypub.contexts import ACTOR_CONTEXT, NOTE_CONTEXT
from activitypub.objects import Actor, Collection, Mention, Note, ObjectRef, PublicKey
from activitypub.vocabulary import AS, PUBLIC, ActorKind, NoteKind

ALICE = "https://echo.test/ap/actors/1"
BOB = "https://peer.test/users/b"
POST = "https://echo.test/ap/notes/1"
NOW = datetime(2026, 8, 1, 10, tzinfo=UTC)
FOLLOW = write.follow(activity_id=f"{ALICE}/follows/1", actor=ALICE, target=BOB)
NOTE = Note(
    id=POST,
    kind=NoteKind.NOTE,
    attributed_to=ALICE,
    content="<p>hi</p>",
    language="en",
    published=NOW,
    to=(PUBLIC,),
    cc=(f"{ALICE}/followers", BOB),
    mentions=(Mention(href=BOB, name="@b@peer.test"),),
)


def test_a_follow() -> None:
    assert write.write_activity(FOLLOW) == {
        "@context": AS,
        "id": f"{ALICE}/follows/1",
        "type": "Follow",
        "actor": ALICE,
        "object": BOB,
        "to": [BOB],
        "cc": [],
    }


def test_an_accept_and_a_reject_embed_the_whole_request() -> None:
    request = Follow(id="https://peer.test/f/1", actor=BOB, object=ObjectRef(id=ALICE), to=(ALICE,))
    embedded = {"id": "https://peer.test/f/1", "type": "Follow", "actor": BOB, "object": ALICE}
    accept = write.write_activity(write.accept(activity_id=f"{ALICE}/a/1", actor=ALICE, request=request))
    reject = write.write_activity(write.reject(activity_id=f"{ALICE}/r/1", actor=ALICE, request=request))
    assert accept["type"] == "Accept"
    assert reject["type"] == "Reject"
    assert accept["object"] == reject["object"] == embedded
    assert accept["to"] == [BOB]


def test_a_request_without_an_id_is_embedded_without_one() -> None:
    request = Follow(actor=BOB, object=ObjectRef(id=ALICE))
    accept = write.write_activity(write.accept(activity_id=f"{ALICE}/a/1", actor=ALICE, request=request))
    assert accept["object"] == {"type": "Follow", "actor": BOB, "object": ALICE}


def test_an_undo_embeds_the_original_with_its_id_and_audience() -> None:
    undo = write.write_activity(write.undo(activity_id=f"{ALICE}/u/1", actor=ALICE, original=FOLLOW))
    original = write.write_activity(FOLLOW)
    del original["@context"]
    assert undo["object"] == original
    assert undo["to"] == [BOB]


def test_a_create_carries_the_audience_and_time_of_its_post() -> None:
    create = write.write_activity(write.create(activity_id=f"{POST}/activity", note=NOTE))
    assert create["@context"] == NOTE_CONTEXT
    assert (create["actor"], create["published"]) == (ALICE, "2026-08-01T10:00:00Z")
    assert (create["to"], create["cc"]) == (create["object"]["to"], create["object"]["cc"])
    assert create["object"]["id"] == POST


def test_a_note() -> None:
    assert write.note_body(NOTE) == {
        "id": POST,
        "type": "Note",
        "attributedTo": ALICE,
        "content": "<p>hi</p>",
        "contentMap": {"en": "<p>hi</p>"},
        "summary": None,
        "sensitive": False,
        "inReplyTo": None,
        "published": "2026-08-01T10:00:00Z",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "cc": [f"{ALICE}/followers", BOB],
        "attachment": [],
        "tag": [{"type": "Mention", "href": BOB, "name": "@b@peer.test"}],
    }


def test_an_update_of_a_post_and_of_a_profile() -> None:
    note = write.write_activity(write.update_note(activity_id=f"{POST}#updates/1", note=NOTE, published=NOW))
    assert (note["type"], note["object"]["id"], note["to"]) == ("Update", POST, [PUBLIC])
    actor = Actor(id=ALICE, kind=ActorKind.PERSON, inbox=f"{ALICE}/inbox", preferred_username="alice")
    profile = write.write_activity(
        write.update_actor(
            activity_id=f"{ALICE}#updates/1", actor=actor, to=(PUBLIC,), cc=(f"{ALICE}/followers",)
        )
    )
    assert profile["@context"] == ACTOR_CONTEXT
    assert (profile["actor"], profile["object"]["preferredUsername"]) == (ALICE, "alice")


def test_a_delete_leaves_a_tombstone() -> None:
    deleted = write.write_activity(
        write.delete_object(activity_id=f"{POST}#delete", actor=ALICE, target=POST, to=(PUBLIC,))
    )
    assert deleted["object"] == {"id": POST, "type": "Tombstone"}
    gone = write.write_activity(write.delete_actor(activity_id=f"{ALICE}#delete", actor=ALICE, to=(PUBLIC,)))
    assert (gone["object"], gone["to"], gone["cc"]) == (ALICE, [PUBLIC], [])


def test_a_like_a_boost_and_a_block() -> None:
    like = write.write_activity(write.like(activity_id=f"{ALICE}/l/1", actor=ALICE, target=POST, author=BOB))
    assert (like["object"], like["to"], like["cc"]) == (POST, [BOB], [])
    boost = write.write_activity(
        write.announce(
            activity_id=f"{ALICE}/b/1", actor=ALICE, target=POST, published=NOW, to=(PUBLIC,), cc=(BOB,)
        )
    )
    assert (boost["published"], boost["object"], boost["cc"]) == ("2026-08-01T10:00:00Z", POST, [BOB])
    block = write.write_activity(write.block(activity_id=f"{ALICE}/x/1", actor=ALICE, target=BOB))
    assert (block["type"], block["object"], block["to"]) == ("Block", BOB, [BOB])


def test_an_actor_with_one_key_shows_it_as_an_object() -> None:
    def written(*ids: str) -> Any:
        actor = Actor(
            id=ALICE,
            kind=ActorKind.PERSON,
            inbox=f"{ALICE}/inbox",
            shared_inbox="https://echo.test/inbox",
            public_keys=tuple(PublicKey(id=f"{ALICE}#{name}", owner=ALICE, pem="PEM") for name in ids),
        )
        return write.write_actor(actor)

    one = written("main-key")
    assert one["publicKey"] == {"id": f"{ALICE}#main-key", "owner": ALICE, "publicKeyPem": "PEM"}
    assert one["endpoints"] == {"sharedInbox": "https://echo.test/inbox"}
    assert (one["tag"], one["attachment"], one["manuallyApprovesFollowers"]) == ([], [], False)
    assert "publicKey" not in written()
    assert len(written("a", "b")["publicKey"]) == 2


def test_a_hidden_collection_tells_only_its_size() -> None:
    hidden = Collection(kind="OrderedCollection", id=f"{ALICE}/followers", total_items=7)
    assert write.write_collection(hidden) == {
        "@context": AS,
        "id": f"{ALICE}/followers",
        "type": "OrderedCollection",
        "totalItems": 7,
    }
    empty = Collection(kind="OrderedCollectionPage", id=f"{ALICE}/followers?page=1")
    assert write.write_collection(empty)["orderedItems"] == []


def test_the_context_fits_what_is_inside() -> None:
    reaction = Like(actor=ALICE, object=ObjectRef(id=POST), content="🎉")
    assert write.write_activity(reaction)["@context"] == NOTE_CONTEXT
    assert write.write_activity(Accept(actor=ALICE, object=ObjectRef(id=POST)))["@context"] == AS
    assert "type" not in write.write_activity(Unknown(actor=ALICE))
    outbox = Collection(kind="OrderedCollectionPage", items=(write.embedded(write.write_note(NOTE)),))
    assert write.write_collection(outbox)["@context"] == NOTE_CONTEXT
