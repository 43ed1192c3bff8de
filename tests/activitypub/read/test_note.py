from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from activitypub import limits
from activitypub.document import Document, encode, parse
from activitypub.errors import Malformed
from activitypub.objects import Emoji, Hashtag, Mention, Note, Source, Tally
from activitypub.read import is_note, read_activity, read_note, read_tombstone
from activitypub.vocabulary import NoteKind

ID = "https://peer.test/notes/1"
AUTHOR = "https://peer.test/users/a"
GROUP = "https://peer.test/c/cats"
EMOJI = {"type": "Emoji", "name": ":cat:", "icon": {"type": "Image", "url": "https://peer.test/cat.png"}}


def note(**members: Any) -> Note:
    return read_note(Document({"id": ID, "type": "Note", "attributedTo": AUTHOR, **members}))


def test_one_language_is_chosen_for_all_texts() -> None:
    members = {
        "contentMap": {"fr": "oui", "de-AT": "ja", "en": ""},
        "nameMap": {"fr": "titre", "de": "Kopf"},
        "summaryMap": {"fr": "bref"},
    }
    document = Document({"id": ID, "type": "Article", "attributedTo": AUTHOR, **members})
    for languages, expected in (
        (["de"], ("ja", "de-AT", "Kopf", "bref")),
        (["en", "fr"], ("oui", "fr", "titre", "bref")),
        ([], ("oui", "fr", "titre", "bref")),
    ):
        found = read_note(document, languages=languages)
        assert (found.content, found.language, found.name, found.summary) == expected
    assert note(inLanguage="nl").language == "nl"


def test_who_did_it_stands_beside_a_group() -> None:
    found = note(type="Event", attributedTo=GROUP, actor=AUTHOR)
    assert (found.attributed_to, found.audience) == (AUTHOR, (GROUP,))
    assert note(attributedTo=AUTHOR, actor="https://elsewhere.test/x").attributed_to == AUTHOR
    assert note(attributedTo=AUTHOR, actor=7).attributed_to == AUTHOR


@pytest.mark.parametrize(
    ("members", "is_addressed"),
    [({}, False), ({"to": None}, False), ({"to": []}, True), ({"cc": ["x"]}, True)],
)
def test_a_post_may_have_no_addressing_at_all(members: dict[str, Any], *, is_addressed: bool) -> None:
    assert note(**members).is_addressed == is_addressed


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"type": "Person"}, "type"),
        ({"type": []}, "type"),
        ({"id": None}, "no_id"),
        ({"id": "tag:peer.test,2026:1"}, "no_id"),
        ({"attributedTo": None}, "no_author"),
        ({"attributedTo": [{"type": "Person"}, "a", 7]}, "no_author"),
    ],
)
def test_a_post_needs_type_id_and_author(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        note(**members)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ("Note", NoteKind.NOTE),
        ("https://www.w3.org/ns/activitystreams#Article", NoteKind.ARTICLE),
        (["Note", "Question"], NoteKind.QUESTION),
        (["x", "Page"], NoteKind.PAGE),
    ],
)
def test_the_kind_of_a_post(kinds: object, kind: NoteKind) -> None:
    assert note(type=kinds).kind is kind


@pytest.mark.parametrize(
    ("authors", "author", "audience"),
    [
        (AUTHOR, AUTHOR, ()),
        ({"id": AUTHOR, "type": "Person"}, AUTHOR, ()),
        ([{"id": AUTHOR, "type": "Person"}, {"id": GROUP, "type": "Group"}], AUTHOR, (GROUP,)),
        ([{"id": GROUP, "type": "Group"}, {"id": AUTHOR, "type": "Person"}], AUTHOR, (GROUP,)),
        (["https://evil.test/x", AUTHOR], AUTHOR, ()),
        ([{"id": GROUP, "type": "Group"}], GROUP, ()),
        ("https://other.test/x", "https://other.test/x", ()),
    ],
)
def test_an_author_stands_among_groups(authors: object, author: str, audience: tuple[str, ...]) -> None:
    found = note(attributedTo=authors)
    assert (found.attributed_to, found.audience) == (author, audience)


@pytest.mark.parametrize(
    ("members", "content", "language"),
    [
        ({"content": "hi"}, "hi", None),
        ({"content": "hi", "contentMap": {"en": "hi"}}, "hi", "en"),
        ({"content": "hi", "contentMap": {"de": "hallo", "en": "hi"}}, "hi", "en"),
        ({"content": "<p>hi</p>", "contentMap": {"en": "hi"}}, "<p>hi</p>", "en"),
        ({"content": "hi", "contentMap": {"de": "a", "fr": "b"}}, "hi", None),
        ({"contentMap": {"en": None, "de": "", "fr": "salut"}}, "salut", "fr"),
        ({"content": None, "contentMap": {"en": "hi"}}, "hi", "en"),
        ({"content": "hi", "contentMap": {"und": "hi"}}, "hi", None),
        ({"content": "hi", "contentMap": {"<script>": "hi"}}, "hi", None),
        ({"content": "hi", "contentMap": ["x"]}, "hi", None),
        ({"content": "hi", "language": {"identifier": "nl", "name": "Nederlands"}}, "hi", "nl"),
        ({"content": None}, "", None),
        ({"content": ["hi"]}, "", None),
        ({"content": "a\x00b"}, "ab", None),
        ({}, "", None),
    ],
)
def test_content_and_its_language(members: dict[str, Any], content: str, language: str | None) -> None:
    found = note(**members)
    assert (found.content, found.language) == (content, language)


@pytest.mark.parametrize(
    ("summary", "read"),
    [
        ("cw", "cw"),
        ("", None),
        ("\u200b", None),
        (" \u200b ", None),
        (None, None),
        (["cw"], None),
        ("a" * 30_000, "a" * 20_480),
    ],
)
def test_a_warning_that_cannot_be_seen_is_none(summary: object, read: str | None) -> None:
    assert note(summary=summary).summary == read
    assert note(summaryMap={"en": "cw"}).summary == "cw"


@pytest.mark.parametrize(
    ("sensitive", "read"),
    [
        (True, True),
        ("true", True),
        ("TRUE", True),
        (False, False),
        ("false", False),
        (None, False),
        (1, False),
        ([], False),
    ],
)
def test_sensitive_is_true_or_not(sensitive: object, read: bool) -> None:
    assert note(sensitive=sensitive).sensitive is read


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://peer.test/@a/1", "https://peer.test/@a/1"),
        (["https://peer.test/1", "https://peer.test/2"], "https://peer.test/1"),
        (
            [
                {"type": "Link", "mediaType": "video/mp4", "href": "https://peer.test/v.mp4"},
                {"type": "Link", "mediaType": "text/html", "href": "https://peer.test/w/1"},
            ],
            "https://peer.test/w/1",
        ),
        ([None, {}, {"href": 7}, {"type": "Link", "href": "https://peer.test/3"}], "https://peer.test/3"),
        ("javascript:alert(1)", None),
        ({"href": "data:text/html,x"}, None),
        (None, None),
    ],
)
def test_the_page_of_a_post(url: object, read: str | None) -> None:
    assert note(url=url).url == read


@pytest.mark.parametrize(
    ("parent", "read"),
    [
        ("https://peer.test/0", "https://peer.test/0"),
        ({"type": "Note", "id": "https://peer.test/0"}, "https://peer.test/0"),
        (["https://peer.test/0"], "https://peer.test/0"),
        ("0", None),
        (None, None),
    ],
)
def test_the_parent_of_a_reply(parent: object, read: str | None) -> None:
    assert note(inReplyTo=parent).in_reply_to == read


def test_times_without_zone_and_out_of_range() -> None:
    assert note(published="2026-08-01T10:00:00").published == datetime(2026, 8, 1, 10, tzinfo=UTC)
    assert note(published="+12026-08-01T10:00:00Z").published is None
    assert note(published=1_785_578_400).published is None


def test_tags_of_every_costume() -> None:
    found = note(
        tag=[
            {"type": "Mention", "href": "https://echo.test/a", "name": "@a@echo.test"},
            {"type": "Mention", "name": "@b@echo.test"},
            {"type": "Mention", "href": "nonsense"},
            {"type": "as:Hashtag", "name": "#Cats", "href": "https://peer.test/tags/cats"},
            {"type": "Hashtag", "name": "NoHash"},
            {"type": "Hashtag", "name": "#"},
            {"type": "Hashtag", "name": None},
            EMOJI,
            {**EMOJI, "name": "dog", "id": None, "updated": "2026-08-01T10:00:00Z"},
            {**EMOJI, "name": ":no-dash:"},
            {**EMOJI, "name": ":x:"},
            {**EMOJI, "name": ":iconless:", "icon": None},
            {"type": "Thing"},
            "https://peer.test/tag",
            None,
        ]
    )
    assert found.mentions == (
        Mention(href="https://echo.test/a", name="@a@echo.test"),
        Mention(name="@b@echo.test"),
    )
    assert found.hashtags == (
        Hashtag(name="Cats", href="https://peer.test/tags/cats"),
        Hashtag(name="NoHash"),
    )
    assert found.emojis == (
        Emoji(shortcode="cat", url="https://peer.test/cat.png"),
        Emoji(shortcode="dog", url="https://peer.test/cat.png", updated=datetime(2026, 8, 1, 10, tzinfo=UTC)),
    )
    assert note(tag={"type": "Mention", "href": "https://echo.test/a"}).mentions == (
        Mention(href="https://echo.test/a"),
    )


@pytest.mark.parametrize(
    "members",
    [
        {"quote": "https://q.test/1", "quoteUri": "https://q.test/4"},
        {"_misskey_quote": "https://q.test/1", "quoteUrl": "https://q.test/3"},
        {"quote": {"id": "https://q.test/1", "type": "Note"}},
        {"as:quoteUrl": "https://q.test/1"},
        {"quoteUri": "https://q.test/1"},
        {
            "tag": {
                "type": "Link",
                "rel": "https://misskey-hub.net/ns#_misskey_quote",
                "href": "https://q.test/1",
            }
        },
        {
            "tag": [
                {"type": "Link", "mediaType": "text/html", "href": "https://q.test/9"},
                {
                    "type": "Link",
                    "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
                    "href": "https://q.test/1",
                },
            ]
        },
    ],
)
def test_a_quote_is_written_in_many_words(members: dict[str, Any]) -> None:
    assert note(**members).quote == "https://q.test/1"


def test_conversation_source_and_counts() -> None:
    found = note(
        context="tag:peer.test,2026:x",
        conversation={"id": "https://peer.test/c/1"},
        source={"content": "*hi*", "mediaType": "text/markdown; charset=utf-8"},
        likes={"id": f"{ID}/likes", "type": "Collection", "totalItems": 3},
        shares=f"{ID}/shares",
        replies={"id": f"{ID}/replies", "first": {"id": f"{ID}/replies?p=1", "items": []}},
        name="",
    )
    assert (found.context, found.conversation) == ("tag:peer.test,2026:x", "https://peer.test/c/1")
    assert found.source == Source(content="*hi*", media_type="text/markdown")
    assert (found.likes, found.shares) == (Tally(id=f"{ID}/likes", total=3), Tally(id=f"{ID}/shares"))
    assert (found.replies, found.replies_first) == (f"{ID}/replies", f"{ID}/replies?p=1")
    assert found.name is None
    assert note(likes=7, source="x", replies=7).likes is None


def bomb() -> dict[str, Any]:
    mention = {"type": "Mention", "href": "https://echo.test/a"}
    return {
        "id": ID,
        "type": "Note",
        "attributedTo": AUTHOR,
        "to": [f"https://echo.test/{n}" for n in range(4_000)],
        "tag": [{**mention, "href": f"https://echo.test/{n}"} for n in range(700)]
        + [{"type": "Hashtag", "name": f"#{n}"} for n in range(200)]
        + [{**EMOJI, "name": f":e{n}:"} for n in range(200)],
        "attachment": [{"type": "Document", "url": f"https://peer.test/{n}.png"} for n in range(300)],
        "content": "x" * 200_000,
    }


def test_S_C23_mentions_tags_attachments_and_emojis_are_capped() -> None:
    document = parse(encode(bomb()))
    started = time.process_time()
    found = read_note(document)
    assert time.process_time() - started < 10
    assert (len(found.mentions), len(found.hashtags)) == (100, 100)
    assert len(found.emojis) <= 100
    assert len(found.attachments) == 16
    assert len(found.to) == 1_000
    assert len(found.content) == 150_000


@pytest.mark.parametrize("kind", ["Mention", "Hashtag", "Emoji", "Document"])
def test_S_C23_five_thousand_of_one_kind_are_refused_before_they_are_read(kind: str) -> None:
    tags = [{"type": kind, "name": f":x{n}:", "href": f"https://a.test/{n}"} for n in range(5_000)]
    with pytest.raises(Malformed, match="too_wide"):
        parse(encode({**bomb(), "tag": tags}))


@pytest.mark.parametrize("key", ["to", "cc", "tag", "alsoKnownAs", "attachment"])
def test_S_D08_twenty_thousand_items_are_refused_quickly(key: str) -> None:
    body = encode(
        {
            "id": ID,
            "type": "Note",
            "attributedTo": AUTHOR,
            key: [f"https://a.test/{n}" for n in range(20_000)],
        }
    )
    started = time.process_time()
    with pytest.raises(Malformed, match="too_wide"):
        parse(body)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "key", ["to", "tag", "attachment", "url", "attributedTo", "oneOf", "audience", "icon", "object"]
)
def test_S_D08_the_widest_document_that_parses_is_read_quickly(key: str) -> None:
    wide = [{"type": "Mention", "href": f"https://a.test/{n}"} for n in range(2_400)]
    members: dict[str, Any] = {
        "id": ID,
        "type": ["Question", "Like"],
        "attributedTo": AUTHOR,
        "actor": AUTHOR,
        "object": ID,
    }
    document = parse(encode({**members, key: [*wide, AUTHOR] if key != "attributedTo" else [AUTHOR, *wide]}))
    started = time.process_time()
    read_note(document)
    read_activity(document)
    assert time.process_time() - started < 3


def test_what_is_left_of_a_post() -> None:
    found = read_tombstone(
        Document({"id": ID, "type": "Tombstone", "formerType": "Note", "deleted": "2026-08-01T10:00:00Z"})
    )
    assert (found.id, found.former_type, found.deleted) == (ID, "Note", datetime(2026, 8, 1, 10, tzinfo=UTC))
    for wrong in ({"id": ID, "type": "Note"}, {"type": "Tombstone"}):
        with pytest.raises(Malformed):
            read_tombstone(Document(wrong))


def test_a_document_says_what_it_is() -> None:
    assert is_note(Document({"type": "as:Video"}))
    assert not is_note(Document({"type": "Create"}))


def test_replies_that_a_document_names_itself() -> None:
    page = {"type": "CollectionPage", "items": ["https://a.test/1", "nonsense", "https://a.test/1"]}
    collection = {"id": f"{ID}/replies", "type": "Collection", "first": page}
    found = note(replies=collection, contextHistory="https://a.test/history")
    assert (found.first_replies, found.context_history) == (("https://a.test/1",), "https://a.test/history")
    many = {"type": "OrderedCollection", "orderedItems": [f"https://a.test/{n}" for n in range(99)]}
    assert len(note(replies=many).first_replies) == limits.FIRST_REPLIES
    assert note(comments="https://a.test/comments").replies == "https://a.test/comments"
