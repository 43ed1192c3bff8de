"""Passkeys: what a browser is asked for, and whether what it answers is true. Pure.

A challenge is the text of a one-time secret, so that an answer names the question that it belongs to. The
library is imported when it is used: 5 MB, which most processes never need.

Source:  WebAuthn level 3
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast
from urllib.parse import urlsplit

import msgspec

from echo.errors import Invalid

ANSWER_BYTES = 16 * 1024
REFUSED = "That passkey was not accepted"
MOST_TRANSPORTS, TRANSPORT_CHARACTERS = 8, 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where keys are for: the host they are bound to, and the origin that pages have."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that a browser has made. Shapes:  credential_id, public_key: base64url"""

    credential_id: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...]


class _Response(msgspec.Struct, frozen=True):
    client_data: str = msgspec.field(name="clientDataJSON", default="")
    transports: tuple[str, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    id: str = ""
    response: _Response = _Response()


class _ClientData(msgspec.Struct, frozen=True):
    challenge: str = ""


class _Library(Protocol):
    """`echo.policy.webauthn_library`."""

    ERRORS: tuple[type[Exception], ...]

    def question_for_new(
        self, host: str, challenge: str, *, title: str, user_id: int, username: str, known: Sequence[str]
    ) -> str: ...

    def question(self, host: str, challenge: str, *, known: Sequence[str], alone: bool) -> str: ...

    def check_new(self, host: str, origin: str, answer: str, challenge: str) -> tuple[str, str, int]: ...

    def check(
        self,
        host: str,
        origin: str,
        answer: str,
        challenge: str,
        *,
        public_key: str,
        sign_count: int,
        alone: bool,
    ) -> int: ...

    def bytes_of(self, text: str) -> bytes: ...


def place_of(base_url: str) -> Place:
    """Where the keys of a server are for.

    Shapes:  base_url: scheme and host
    """
    parts = urlsplit(base_url)
    return Place(host=parts.hostname or "", origin=f"{parts.scheme}://{parts.netloc}")


def question_for_new(
    place: Place, challenge: str, *, title: str, user_id: int, username: str, known: Sequence[str]
) -> bytes:
    """What a browser is asked to make a key for somebody, as JSON.

    Shapes:  known: credential ids of theirs, so that no device makes a second one
    """
    asked = _library().question_for_new(
        place.host, challenge, title=title, user_id=user_id, username=username, known=known
    )
    return asked.encode()


def question(place: Place, challenge: str, *, known: Sequence[str], alone: bool) -> bytes:
    """What a browser is asked to show a key, as JSON.

    Shapes:  known: credential ids of whoever it is; empty: anybody's; alone: there was no password before
    """
    return _library().question(place.host, challenge, known=known, alone=alone).encode()


def challenge_of(answer: str) -> str:
    """The challenge that an answer says it belongs to. Raises Invalid for what is no answer."""
    bytes_of = _library().bytes_of
    try:
        data = msgspec.json.decode(bytes_of(_read(answer).response.client_data), type=_ClientData)
        return bytes_of(data.challenge).decode("ascii")
    except (msgspec.MsgspecError, ValueError) as error:
        raise Invalid(REFUSED, detail=str(error)) from error


def credential_of(answer: str) -> str:
    """The credential id that an answer names. Raises Invalid for what is no answer."""
    return _read(answer).id


def check_new(place: Place, answer: str, challenge: str) -> NewKey:
    """The key that was made, if all is as it should be. Raises Invalid."""
    library = _library()
    try:
        credential_id, public_key, sign_count = library.check_new(place.host, place.origin, answer, challenge)
    except library.ERRORS as error:
        raise Invalid(REFUSED, detail=str(error)) from error
    transports = [text[:TRANSPORT_CHARACTERS] for text in _read(answer).response.transports]
    return NewKey(
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        transports=tuple(transports[:MOST_TRANSPORTS]),
    )


def check(place: Place, answer: str, challenge: str, *, public_key: str, sign_count: int, alone: bool) -> int:
    """How often the key has signed, if it is the right one. A copy of it would have signed less often.

    Shapes:  alone: there was no password before, so the device must have asked whose finger or PIN it is
    Raises:  Invalid
    """
    library = _library()
    try:
        return library.check(
            place.host,
            place.origin,
            answer,
            challenge,
            public_key=public_key,
            sign_count=sign_count,
            alone=alone,
        )
    except library.ERRORS as error:
        raise Invalid(REFUSED, detail=str(error)) from error


def _read(answer: str) -> _Answer:
    if len(answer) > ANSWER_BYTES:
        raise Invalid(REFUSED, detail="too long")
    try:
        return msgspec.json.decode(answer, type=_Answer)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Invalid(REFUSED, detail=str(error)) from error


def _library() -> _Library:
    return cast(_Library, importlib.import_module("echo.policy.webauthn_library"))
