from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Actor, Emoji, Field, Hashtag, Picture, PublicKey
from activitypub.read import is_actor, read_actor, read_public_keys
from activitypub.vocabulary import ActorKind

ID = "https://peer.test/users/a"
KEY = {"id": f"{ID}#main-key", "owner": ID, "publicKeyPem": "PEM"}
PICTURE = "https://peer.test/a.png"
PNG = Picture(url=PICTURE, media_type="image/png")


def actor(**members: Any) -> Actor:
    return read_actor(Document({"id": ID, "type": "Person", "inbox": f"{ID}/inbox", **members}))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"type": "Note"}, "type"),
        ({"type": None}, "type"),
        ({"type": [[]]}, "type"),
        ({"id": None}, "no_id"),
        ({"id": "http://peer.test/a"}, "no_id"),
        ({"id": ["https://peer.test/a"]}, "no_id"),
        ({"id": "https://localhost/a"}, "no_id"),
    ],
)
def test_an_actor_needs_type_and_id(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        actor(**members)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("inbox", "read"),
    [
        ("https://peer.test/in", "https://peer.test/in"),
        ("https://bücher.test/in", "https://bücher.test/in"),
        (["https://peer.test/in"], "https://peer.test/in"),
        ({"id": "https://peer.test/in", "type": "OrderedCollection"}, "https://peer.test/in"),
        (None, None),
        ("", None),
        (7, None),
        ({}, None),
        ([], None),
        ("/inbox", None),
        ("http://peer.test/in", None),
        ("https://peer.test:22/in", None),
        ("https://127.1/in", None),
        ("https://\ud7ff\u202e.test/in", None),
        ("ftp://peer.test/in", None),
    ],
)
def test_S_C25_an_inbox_is_one_good_address_or_there_is_no_actor(inbox: object, read: str | None) -> None:
    if read is not None:
        assert actor(inbox=inbox).inbox == read
        return
    with pytest.raises(Malformed, match="no_inbox"):
        actor(inbox=inbox)


ODDITIES: list[object] = [None, True, 7, -1.5, "", "x", [], {}, [None], [[]], [{}], [7], {"id": 7}, {"x": {}}]
# fmt: off
OPTIONAL = [
    "name", "summary", "url", "outbox", "followers", "following", "featured", "featuredTags",
    "preferredUsername", "endpoints", "sharedInbox", "publicKey", "assertionMethod", "icon", "image",
    "attachment", "tag", "manuallyApprovesFollowers", "discoverable", "indexable", "memorial",
    "suspended", "movedTo", "alsoKnownAs", "attributionDomains", "published", "webfinger",
]
# fmt: on


@pytest.mark.parametrize("key", OPTIONAL)
def test_S_C25_an_optional_field_of_an_odd_type_is_dropped(key: str) -> None:
    for odd in ODDITIES:
        found = actor(**{key: odd})
        assert found.id == ID
        assert found.url is None
        assert found.public_keys == ()
        assert found.attribution_domains in ((), ("x",))


def test_S_C25_attribution_domains_are_host_names() -> None:
    sent = ["a.test", {"id": "b.test"}, "B.test", "c.test/x", None, 7, "B.TEST"]
    assert actor(attributionDomains=sent).attribution_domains == ("a.test", "b.test")


def test_S_C23_lists_are_cut_to_their_limits() -> None:
    many = actor(
        tag=[
            *({"type": "Emoji", "name": f":e{n}:", "icon": {"url": PICTURE}} for n in range(1_000)),
            *({"type": "Hashtag", "name": f"#t{n}"} for n in range(1_000)),
        ],
        attachment=[{"type": "PropertyValue", "name": f"{n}", "value": "v" * 9_999} for n in range(1_000)],
        alsoKnownAs=[f"https://peer.test/{n}" for n in range(1_000)],
        attributionDomains=[f"d{n}.test" for n in range(1_000)],
        publicKey=[{**KEY, "id": f"{ID}#{n}"} for n in range(1_000)],
        name="n" * 9_999,
        summary="s" * 99_999,
        preferredUsername="u" * 9_999,
    )
    assert (len(many.emojis), len(many.fields), len(many.also_known_as)) == (100, 50, 256)
    assert (len(many.attribution_domains), len(many.public_keys)) == (256, 10)
    assert (len(many.name or ""), len(many.summary or "")) == (2_048, 20_480)
    assert (len(many.preferred_username or ""), len(many.fields[0].value)) == (2_048, 2_047)


@pytest.mark.parametrize(
    ("icon", "picture"),
    [
        (PICTURE, Picture(url=PICTURE)),
        ([PICTURE], Picture(url=PICTURE)),
        ({"type": "Image", "url": PICTURE}, Picture(url=PICTURE)),
        (
            {"type": "Image", "mediaType": "image/PNG", "url": PICTURE},
            Picture(url=PICTURE, media_type="image/png"),
        ),
        ([{"type": "Image", "url": None}, {"type": "Image", "url": PICTURE}], Picture(url=PICTURE)),
        (
            {"type": "Link", "href": PICTURE, "mediaType": "image/png"},
            Picture(url=PICTURE, media_type="image/png"),
        ),
        (
            {"type": "Image", "url": {"type": "Link", "href": PICTURE, "mediaType": "image/webp"}},
            Picture(url=PICTURE, media_type="image/webp"),
        ),
        ({"type": "Image", "url": [{"type": "Link", "href": PICTURE}, "x"]}, Picture(url=PICTURE)),
        ({"type": "Image", "url": "/a.png"}, Picture(url=PICTURE)),
        ({"type": "Image", "url": PICTURE, "summary": "a cat"}, Picture(url=PICTURE, alt="a cat")),
        ({"type": "Image", "url": "https://peer.test/a b.png"}, Picture(url="https://peer.test/a%20b.png")),
        ("data:image/png;base64,AAAA", None),
        ("javascript:alert(1)", None),
        ("//evil.test/a.png", None),
        ({"type": "Image"}, None),
    ],
)
def test_an_icon_comes_in_many_shapes(icon: object, picture: Picture | None) -> None:
    assert actor(icon=icon).icon == picture


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (KEY, [f"{ID}#main-key"]),
        ([KEY, {**KEY, "id": ID}], [f"{ID}#main-key", ID]),
        ([{**KEY, "owner": None}], [f"{ID}#main-key"]),
        ({**KEY, "owner": {"id": ID}}, [f"{ID}#main-key"]),
        (f"{ID}/main-key", []),
        ({**KEY, "publicKeyPem": None}, []),
        ({**KEY, "publicKeyPem": "x" * 99_999}, []),
        ({**KEY, "id": "main-key"}, []),
        (None, []),
    ],
)
def test_keys_are_one_or_many(key: object, found: list[str]) -> None:
    keys = actor(publicKey=key).public_keys
    assert [item.id for item in keys] == found
    assert all(item.owner == ID for item in keys)


def test_a_key_document_is_a_bare_key_or_a_stub() -> None:
    bare = {"id": f"{ID}/main-key", "owner": ID, "publicKeyPem": "PEM"}
    assert read_public_keys(Document(bare)) == (PublicKey(id=f"{ID}/main-key", owner=ID, pem="PEM"),)
    controlled = {"id": f"{ID}#k", "type": "Key", "controller": ID, "publicKeyPem": "PEM"}
    assert read_public_keys(Document(controlled)) == (PublicKey(id=f"{ID}#k", owner=ID, pem="PEM"),)
    stub = {"id": ID, "type": "Person", "publicKey": KEY}
    assert [key.id for key in read_public_keys(Document(stub))] == [f"{ID}#main-key"]
    assert read_public_keys(Document({"id": f"{ID}#k", "publicKeyPem": "PEM"})) == ()


@pytest.mark.parametrize(
    ("members", "shared"),
    [
        ({"endpoints": {"sharedInbox": "https://peer.test/inbox"}}, "https://peer.test/inbox"),
        ({"sharedInbox": "https://peer.test/inbox"}, "https://peer.test/inbox"),
        ({"endpoints": None, "sharedInbox": "https://peer.test/inbox"}, "https://peer.test/inbox"),
        ({"endpoints": "https://peer.test/endpoints"}, None),
        ({"endpoints": {"sharedInbox": ""}}, None),
        ({"endpoints": [{"sharedInbox": ["https://peer.test/inbox"]}]}, "https://peer.test/inbox"),
    ],
)
def test_the_shared_inbox_stands_in_two_places(members: dict[str, Any], shared: str | None) -> None:
    assert actor(**members).shared_inbox == shared


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("a@peer.test", "a@peer.test"),
        ("acct:a@Peer.TEST", "a@peer.test"),
        ("@a@peer.test", "a@peer.test"),
        ("a", None),
        ("a@", None),
        ("a@b@peer.test", None),
        ("@peer.test", None),
    ],
)
def test_the_webfinger_handle_has_one_form(text: str, handle: str | None) -> None:
    assert actor(webfinger=text).webfinger == handle


def test_the_rest_of_an_actor() -> None:
    found = actor(
        type=["as:Service", "Person"],
        preferredUsername="a",
        name="",
        summary="\u200b",
        url=[
            {"type": "Link", "href": "https://peer.test/x", "mediaType": "text/html"},
            "https://peer.test/y",
        ],
        followers={"id": f"{ID}/followers", "type": "Collection"},
        featured={"id": f"{ID}/featured", "type": "OrderedCollection", "orderedItems": []},
        alsoKnownAs="https://old.test/a",
        published="2024-02-30T00:00:00Z",
        manuallyApprovesFollowers="true",
        indexable=None,
        tag={"type": "Emoji", "id": None, "name": "cat", "icon": PICTURE},
        attachment=[
            {"type": "PropertyValue", "name": "site", "value": ""},
            {"type": "Note", "name": "x", "value": "y"},
        ],
    )
    assert (found.kind, found.name, found.summary, found.url) == (
        ActorKind.SERVICE,
        None,
        None,
        "https://peer.test/x",
    )
    assert (found.followers, found.featured) == (f"{ID}/followers", f"{ID}/featured")
    assert (found.also_known_as, found.published) == (("https://old.test/a",), None)
    assert (found.manually_approves_followers, found.indexable) == (True, False)
    assert found.emojis == (Emoji(shortcode="cat", url=PICTURE),)
    assert found.fields == (Field(name="site", value=""),)


def test_a_midnight_birthday_and_hashtags() -> None:
    found = actor(published="2024-02-01T00:00:00Z", tag=[{"type": "Hashtag", "name": "#Cats"}])
    assert found.published == datetime(2024, 2, 1, tzinfo=UTC)
    assert found.hashtags == (Hashtag(name="Cats"),)


def test_a_multikey_needs_its_type_and_controller() -> None:
    key = {"id": f"{ID}#e", "type": "Multikey", "controller": ID, "publicKeyMultibase": "z6Mk"}
    sent = [
        key,
        {**key, "type": "x"},
        {**key, "controller": None},
        {**key, "publicKeyMultibase": 7},
        f"{ID}#e",
    ]
    assert [item.id for item in actor(assertionMethod=sent).multikeys] == [f"{ID}#e"]


def test_trials_on_one_machine_have_http_actors() -> None:
    document = Document(
        {"id": "http://localhost:3000/a", "type": "Person", "inbox": "http://localhost:3000/in"}
    )
    assert read_actor(document, allow_http=True).inbox == "http://localhost:3000/in"
    with pytest.raises(Malformed):
        read_actor(document)


def test_a_document_says_what_it_is() -> None:
    assert is_actor(Document({"type": ["x", "as:Group"]}))
    assert not is_actor(Document({"type": "Note"}))
