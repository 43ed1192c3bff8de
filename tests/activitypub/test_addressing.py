from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.addressing import Audience, Visibility, read_audience, write_audience
from activitypub.document import Document
from activitypub.read import read_note
from activitypub.vocabulary import PUBLIC
from echo import kinds

FOLLOWERS = "https://peer.test/a/followers"
OTHERS = "https://peer.test/b/followers"
BOB = "https://echo.test/ap/actors/2"
SPELLINGS = [PUBLIC, "as:Public", "Public"]


@pytest.mark.parametrize("public", SPELLINGS)
@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        (["P"], [], Visibility.PUBLIC),
        (["P"], [FOLLOWERS], Visibility.PUBLIC),
        ([BOB, "P"], [], Visibility.PUBLIC),
        (["P"], ["P"], Visibility.PUBLIC),
        ([FOLLOWERS], ["P"], Visibility.UNLISTED),
        ([BOB], ["P"], Visibility.UNLISTED),
        ([], ["P"], Visibility.UNLISTED),
        ([FOLLOWERS], [], Visibility.FOLLOWERS),
        ([FOLLOWERS], [BOB], Visibility.FOLLOWERS),
        ([BOB], [FOLLOWERS], Visibility.FOLLOWERS),
        ([BOB], [], Visibility.DIRECT),
        ([], [BOB], Visibility.DIRECT),
        ([OTHERS], [], Visibility.DIRECT),
        ([OTHERS], [OTHERS], Visibility.DIRECT),
        ([], [], Visibility.DIRECT),
        (["public"], [], Visibility.DIRECT),
        (["https://peer.test/#Public"], [], Visibility.DIRECT),
        (["https://www.w3.org/ns/activitystreams#public"], [], Visibility.DIRECT),
        ([f"{FOLLOWERS}/"], [], Visibility.DIRECT),
    ],
)
def test_S_C21_every_spelling_of_an_audience_is_read_as_meant_or_more_privately(
    public: str, to: list[str], cc: list[str], visibility: Visibility
) -> None:
    spelled_to, spelled_cc = ([public if item == "P" else item for item in items] for items in (to, cc))
    audience = read_audience(spelled_to, spelled_cc, followers=FOLLOWERS)
    assert audience.visibility is visibility
    assert not {public, PUBLIC, FOLLOWERS} & set(audience.addressed)


@pytest.mark.parametrize(
    ("sent", "visibility"),
    [
        ({"to": "as:Public"}, Visibility.PUBLIC),
        ({"to": {"id": PUBLIC, "type": "Collection"}}, Visibility.PUBLIC),
        ({"as:to": [{"@id": "as:Public"}]}, Visibility.PUBLIC),
        ({"to": None, "cc": ["Public"]}, Visibility.UNLISTED),
        ({"to": FOLLOWERS}, Visibility.FOLLOWERS),
        ({"bto": [PUBLIC]}, Visibility.DIRECT),
        ({"bcc": [PUBLIC], "audience": PUBLIC}, Visibility.DIRECT),
        ({"to": [[PUBLIC]]}, Visibility.DIRECT),
        ({"to": 7, "cc": {}}, Visibility.DIRECT),
        ({}, Visibility.DIRECT),
    ],
)
def test_S_C21_every_shape_of_an_audience_is_read(sent: dict[str, object], visibility: Visibility) -> None:
    note = read_note(
        Document({"id": "https://peer.test/1", "type": "Note", "attributedTo": "https://peer.test/a", **sent})
    )
    assert read_audience(note.to, note.cc, followers=FOLLOWERS).visibility is visibility


def test_S_C21_nothing_is_followers_only_when_the_author_has_no_followers_collection() -> None:
    assert read_audience([FOLLOWERS], [], followers=None).visibility is Visibility.DIRECT


def test_people_are_addressed_once_in_order() -> None:
    audience = read_audience([BOB, PUBLIC, OTHERS], [BOB, FOLLOWERS], followers=FOLLOWERS)
    assert audience.addressed == (BOB, OTHERS)


@pytest.mark.parametrize(
    ("visibility", "to", "cc"),
    [
        (Visibility.PUBLIC, (PUBLIC,), (FOLLOWERS, BOB)),
        (Visibility.UNLISTED, (FOLLOWERS,), (PUBLIC, BOB)),
        (Visibility.FOLLOWERS, (FOLLOWERS,), (BOB,)),
        (Visibility.DIRECT, (BOB,), ()),
    ],
)
def test_an_audience_is_written_as_mastodon_writes_it(
    visibility: Visibility, to: tuple[str, ...], cc: tuple[str, ...]
) -> None:
    assert write_audience(Audience(visibility, (BOB,)), followers=FOLLOWERS) == (to, cc)


people = st.lists(st.sampled_from([BOB, OTHERS, "https://peer.test/c"]), unique=True).map(tuple)


@given(st.builds(Audience, st.sampled_from(Visibility), people))
def test_a_written_audience_is_read_back(audience: Audience) -> None:
    to, cc = write_audience(audience, followers=FOLLOWERS)
    assert read_audience(to, cc, followers=FOLLOWERS) == audience


recipients = st.lists(st.sampled_from([*SPELLINGS, FOLLOWERS, OTHERS, BOB]))


@given(recipients, recipients)
def test_only_public_makes_public_and_only_the_followers_make_followers_only(
    to: list[str], cc: list[str]
) -> None:
    visibility = read_audience(to, cc, followers=FOLLOWERS).visibility
    assert (visibility is Visibility.PUBLIC) is bool(set(to) & set(SPELLINGS))
    assert (visibility in (Visibility.PUBLIC, Visibility.UNLISTED)) is bool({*to, *cc} & set(SPELLINGS))
    assert FOLLOWERS in (*to, *cc) or visibility is not Visibility.FOLLOWERS


def test_the_words_are_the_ones_that_are_stored() -> None:
    assert [item.value for item in Visibility] == [item.value for item in kinds.Visibility]
