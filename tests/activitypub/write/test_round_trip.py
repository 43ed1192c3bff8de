"""Law: everything the writers make is read back equal by our own readers, through bytes."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given

from activitypub import read, write
from activitypub.activities import Activity
from activitypub.document import Document, JsonObject, encode, parse
from activitypub.objects import Actor, Collection, Note, QuoteAuthorization, Tombstone
from activitypub.vocabulary import NoteKind
from tests.activitypub import strategies


def sent(document: JsonObject) -> Document:
    return parse(encode(document))


def contexts(value: Any, depth: int = 0) -> list[int]:
    """At which depths a context stands."""
    if isinstance(value, list):
        return [found for item in value for found in contexts(item, depth)]
    if not isinstance(value, dict):
        return []
    here = [depth] if "@context" in value else []
    inner = [found for key, item in value.items() if key != "@context" for found in contexts(item, depth + 1)]
    return here + inner


@given(strategies.actors)
def test_an_actor_is_read_as_it_was_written(actor: Actor) -> None:
    document = sent(write.write_actor(actor))
    assert read.read_actor(document) == actor
    assert contexts(document.data) == [0]


@given(strategies.notes())
def test_a_note_is_read_as_it_was_written(note: Note) -> None:
    document = sent(write.write_note(note))
    assert read.read_note(document) == note
    assert contexts(document.data) == [0]
    for key in ("to", "cc", "attachment", "tag"):
        assert isinstance(document.data[key], list)


@given(strategies.any_activity)
def test_an_activity_is_read_as_it_was_written(activity: Activity) -> None:
    document = sent(write.write_activity(activity))
    assert read.read_activity(document) == activity
    assert contexts(document.data) == [0]
    assert isinstance(document.data["to"], list)
    assert isinstance(document.data["cc"], list)


@given(strategies.collections)
def test_a_collection_is_read_as_it_was_written(collection: Collection) -> None:
    document = sent(write.write_collection(collection))
    assert read.read_collection(document) == collection
    assert contexts(document.data) == [0]


@given(strategies.tombstones)
def test_a_tombstone_is_read_as_it_was_written(tombstone: Tombstone) -> None:
    assert read.read_tombstone(sent(write.write_tombstone(tombstone))) == tombstone


@given(strategies.quote_authorizations)
def test_a_stamp_is_read_as_it_was_written(stamp: QuoteAuthorization) -> None:
    document = sent(write.write_quote_authorization(stamp))
    assert read.read_quote_authorization(document) == stamp
    assert contexts(document.data) == [0]


@given(strategies.notes(), strategies.actors)
def test_what_is_embedded_is_read_as_it_was_written(note: Note, actor: Actor) -> None:
    create = read.read_activity(
        sent(write.write_activity(write.create(activity_id=f"{note.id}/c", note=note)))
    )
    assert create.object.document is not None
    assert (create.to, create.cc, create.published) == (note.to, note.cc, note.published)
    assert read.read_note(create.object.document) == note
    update = write.update_actor(activity_id="https://echo.test/u", actor=actor, to=("https://peer.test/a",))
    document = sent(write.write_activity(update))
    assert contexts(document.data) == [0]
    embedded = read.read_activity(document).object.document
    assert embedded is not None
    assert read.read_actor(embedded) == actor


@given(strategies.any_activity)
def test_an_undo_carries_the_whole_original(original: Activity) -> None:
    undo = write.undo(activity_id="https://echo.test/undo", actor=original.actor, original=original)
    document = sent(write.write_activity(undo))
    found = read.read_activity(document)
    assert found.object.document is not None
    assert read.read_activity(found.object.document) == original
    assert contexts(document.data) == [0]


def test_a_vote_says_its_choice_and_nothing_that_makes_it_a_post() -> None:
    vote = Note(
        id="https://echo.test/votes/1",
        kind=NoteKind.NOTE,
        attributed_to="https://echo.test/alice",
        name="yes",
        in_reply_to="https://peer.test/polls/1",
        to=("https://peer.test/bob",),
    )
    more = msgspec.structs.replace(vote, conversation="tag:echo.test,2026:1", summary="why")
    document = sent(write.write_note(more))
    assert set(document.data) == {"@context", "id", "type", "attributedTo", "name", "inReplyTo", "to"}
    assert read.read_note(document) == vote
