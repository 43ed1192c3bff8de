"""Bodies as an inbox gets them: bytes, a document, a typed object, an account or a post of ours.

Whatever comes, it is an object or Malformed; what comes out can be stored, and shown.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from activitypub import document, iri, read, webfinger
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Actor, Note, ObjectRef
from activitypub.read.note import note_kind
from echo import addresses, clock, settings
from echo.config import Config, Instance, Server
from echo.kinds import AccountKind
from echo.models import Account
from federation.translate import accounts, posts
from tests.text.judge import judge

_CONFIG = Config(instance=Instance(domain="echo.test"), server=Server(base_url="https://echo.test"))
_READERS = (
    read.read_actor,
    read.read_note,
    read.read_activity,
    read.read_collection,
    read.read_tombstone,
    read.read_quote_authorization,
    webfinger.read_jrd,
)
_AUTHOR = Account(
    id=7,
    username="a",
    domain="peer.test",
    uri="https://peer.test/users/a",
    kind=AccountKind.PERSON,
    followers_uri="https://peer.test/users/a/followers",
    following_uri="https://peer.test/users/a/following",
)


def one(data: bytes) -> None:
    """Read a body in every way that a body is read."""
    settings.bind(_CONFIG)
    addresses.bind(addresses.of(_CONFIG))
    try:
        found = document.parse(data)
    except Malformed:
        return
    document.encode(found.data)
    _read(found, depth=0)


def _read(found: Document, *, depth: int) -> None:
    is_kind = read.is_note(found), read.is_actor(found), read.is_activity(found), read.is_collection(found)
    if is_kind[0]:
        note_kind(found)
    assert len(read.read_public_keys(found)) <= 10
    for reader in _READERS:
        for allow_http in (False, True):
            with suppress(Malformed):
                _use(reader(found, allow_http=allow_http), allow_http=allow_http)
    for item in found.documents("object", at_most=3) if depth < 2 else ():
        _read(item, depth=depth + 1)


def _use(thing: object, *, allow_http: bool) -> None:
    if isinstance(thing, ObjectRef):
        return
    if isinstance(thing, Actor):
        assert iri.find(thing.id, allow_http=allow_http)
        account = accounts.account_of(thing, username="a", domain="peer.test")
        judge(account.note)
        for row in account.fields:
            judge(row.value)
        _check(account)
    elif isinstance(thing, Note):
        assert iri.find(thing.id, allow_http=allow_http)
        audience = posts.audience_of(thing, followers_uri=_AUTHOR.followers_uri)
        post = posts.post_of(thing, audience, _AUTHOR, mentioned_ids=(), silent_ids=(), parent_id=None)
        judge(post.html)
        assert len(post.html.encode()) <= _CONFIG.limits.remote_post_bytes
        assert post.published_at <= clock.now()
        _check(post)


def _check(thing: object) -> None:
    """Everything in a draft can be stored: texts without NUL and half characters, numbers of 64 bits."""
    for value in _leaves(thing):
        if isinstance(value, str):
            assert "\x00" not in value, value
            value.encode()
        elif isinstance(value, int):
            assert -(2**63) <= value < 2**63, value
        elif isinstance(value, datetime):
            assert value.tzinfo is not None, value


def _leaves(thing: object) -> Iterator[object]:
    if is_dataclass(thing):
        for part in fields(thing):
            yield from _leaves(getattr(thing, part.name))
    elif isinstance(thing, tuple | list):
        for item in thing:
            yield from _leaves(item)
    else:
        yield thing


#: What is put in the place of any value.
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 2**63, 0.5, 1e300, [], {}, [[]], [None]),
    *("", " ", "\u200b", "\x00", "/x", "//x", "as:Public", "https://peer.test/", "https://[::1"),
    *("http://peer.test:9/", "2026-02-30", "PT1M", "text/html; x", "<p>"),
    *({"@value": "x"}, {"@list": ["x"]}, {"type": "Link", "href": "/x"}, {"id": 1}, {"en": "x"}),
)


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Change a document as one: another value, another key, a value in a list, one less; or its bytes."""
    import atheris

    dice = random.Random(seed)
    try:
        value = json.loads(data)
        if not isinstance(value, dict) or dice.random() < 0.25:
            return bytes(atheris.Mutate(data, max_size))
        for _ in range(dice.randint(1, 3)):
            if places := list(_places(value)):
                _change(dice, *dice.choice(places), [found[key] for found, key in places])
        return json.dumps(value).encode()[:max_size]
    except (ValueError, RecursionError):
        return bytes(atheris.Mutate(data, max_size))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document that holds a value: its container, and the key in it."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _change(dice: random.Random, found: Any, key: Any, others: list[Any]) -> None:
    way = dice.randrange(6)
    if way == 0:
        found[key] = dice.choice(_ODD)
    elif way == 1:
        found[key] = [found[key], dice.choice(_ODD)]
    elif way == 2:
        del found[key]
    elif way == 3:
        found[key] = json.loads(json.dumps(dice.choice(others)))
    elif way == 4 and isinstance(found, dict):
        found[dice.choice([f"as:{key}", f"@{key}", f"{key}Map"])] = found.pop(key)
    elif isinstance(found[key], str):
        found[key] = found[key] * dice.choice([2, 50]) + str(dice.choice(_ODD))
