from __future__ import annotations

from typing import Any

import pytest

from activitypub.activities import (
    ACTIVITY_CLASSES,
    Accept,
    Activity,
    Add,
    Announce,
    Create,
    EmojiReact,
    Flag,
    Like,
    Move,
    QuoteRequest,
    Unknown,
)
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.read import is_activity, read_activity
from activitypub.vocabulary import PUBLIC

ID = "https://peer.test/activities/1"
ACTOR = "https://peer.test/users/a"
TARGET = "https://echo.test/ap/actors/1"


def activity(kind: object, **members: Any) -> Activity:
    return read_activity(Document({"id": ID, "type": kind, "actor": ACTOR, "object": TARGET, **members}))


@pytest.mark.parametrize(("name", "kind"), ACTIVITY_CLASSES.items())
def test_every_type_has_its_class(name: str, kind: type[Activity]) -> None:
    found = activity(name)
    assert type(found) is kind
    assert (found.id, found.actor, found.object.id, found.type) == (ID, ACTOR, TARGET, name)
    assert type(activity(f"as:{name}")) is kind
    assert type(activity(["Thing", name])) is kind


@pytest.mark.parametrize("kind", ["View", "Listen", "Note", None, 7, [], "litepub:Create", "x" * 9_999])
def test_other_types_are_unknown(kind: object) -> None:
    found = activity(kind, object=None)
    assert isinstance(found, Unknown)
    assert len(found.type) <= 2_048
    assert isinstance(activity("litepub:EmojiReact"), EmojiReact)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"actor": None}, "no_actor"),
        ({"actor": "a"}, "no_actor"),
        ({"actor": {"type": "Person"}}, "no_actor"),
    ],
)
def test_an_activity_needs_an_actor(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        activity("Undo", **members)
    assert caught.value.reason == reason


@pytest.mark.parametrize("sent", [None, [], ["x", 7, None], 7, {}])
def test_what_is_done_with_nothing_is_read(sent: object) -> None:
    found = activity("Undo", object=sent)
    assert found.object.id is None
    assert found.more_objects == ()


@pytest.mark.parametrize(
    ("sent", "identifier", "kind"),
    [
        (TARGET, TARGET, None),
        ({"id": TARGET, "type": "Note"}, TARGET, "Note"),
        ({"type": "Follow", "actor": ACTOR}, None, "Follow"),
        ({"id": "relative", "type": "as:Note"}, None, "Note"),
        ([TARGET], TARGET, None),
        ("as:Public", PUBLIC, None),
    ],
)
def test_an_object_is_an_id_a_copy_or_both(sent: object, identifier: str | None, kind: str | None) -> None:
    found = activity("Create", object=sent).object
    assert (found.id, found.type) == (identifier, kind)


def test_several_objects_are_kept_in_order() -> None:
    votes = [{"id": f"https://peer.test/{n}", "type": "Note"} for n in range(300)]
    found = activity("Create", object=votes)
    assert isinstance(found, Create)
    assert [item.id for item in found.objects] == [f"https://peer.test/{n}" for n in range(100)]


def test_addressing_may_be_missing_and_the_hidden_kind_is_not_read() -> None:
    found = activity("Undo", id=None, bto=[TARGET], bcc=TARGET)
    assert (found.id, found.to, found.cc) == (None, (), ())
    found = activity("Announce", to="Public", cc=[{"id": f"{ACTOR}/followers"}, TARGET, TARGET, "x", None])
    assert isinstance(found, Announce)
    assert (found.to, found.cc) == ((PUBLIC,), (f"{ACTOR}/followers", TARGET))


def test_the_actor_may_be_embedded() -> None:
    assert activity("Follow", actor={"id": ACTOR, "type": "Person"}).actor == ACTOR
    assert activity("Follow", actor=[ACTOR]).actor == ACTOR


def test_what_single_types_carry() -> None:
    accept = activity("Accept", result={"id": "https://peer.test/stamp", "type": "Strange"})
    assert isinstance(accept, Accept)
    assert accept.result == "https://peer.test/stamp"
    like = activity(
        "Like", content=":cat:", tag={"type": "Emoji", "name": "cat", "icon": "https://peer.test/c.png"}
    )
    assert isinstance(like, Like)
    assert (like.content, like.emojis[0].shortcode) == (":cat:", "cat")
    reaction = activity("Like", _misskey_reaction="🎉")
    assert isinstance(reaction, Like)
    assert reaction.content == "🎉"
    move = activity("Move", target={"id": TARGET})
    assert isinstance(move, Move)
    assert move.target == TARGET
    add = activity("Add", target="nowhere")
    assert isinstance(add, Add)
    assert add.target is None
    flag = activity("Flag", content="x" * 9_999, object=[TARGET, "https://echo.test/1"])
    assert isinstance(flag, Flag)
    assert (len(flag.content or ""), len(flag.objects)) == (5_000, 2)
    request = activity("QuoteRequest", instrument={"id": ID, "type": "Note"})
    assert isinstance(request, QuoteRequest)
    assert request.instrument.id == ID


def test_a_document_says_what_it_is() -> None:
    assert is_activity(Document({"type": "Create"}))
    assert not is_activity(Document({"type": "Note"}))
