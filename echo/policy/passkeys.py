"""Passkeys: what a browser is asked for, and whether what it answers is true. Pure.

A challenge is the text of a one-time secret, so that an answer names the question that it belongs to. The
library is imported when it is used: 5 MB, which most processes never need.

Source:  WebAuthn level 3
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
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
    webauthn = _library()
    structs = webauthn.helpers.structs
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=title,
        user_id=str(user_id).encode(),
        user_name=username,
        challenge=challenge.encode(),
        exclude_credentials=_descriptors(known),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            # Where the device keeps it, a log-in needs no name.
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
    )
    asked: str = webauthn.options_to_json(options)
    return asked.encode()


def question(place: Place, challenge: str, *, known: Sequence[str], alone: bool) -> bytes:
    """What a browser is asked to show a key, as JSON.

    Shapes:  known: credential ids of whoever it is; empty: anybody's; alone: there was no password before
    """
    webauthn = _library()
    wish = webauthn.helpers.structs.UserVerificationRequirement
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=challenge.encode(),
        allow_credentials=_descriptors(known),
        user_verification=wish.REQUIRED if alone else wish.PREFERRED,
    )
    asked: str = webauthn.options_to_json(options)
    return asked.encode()


def challenge_of(answer: str) -> str:
    """The challenge that an answer says it belongs to. Raises Invalid for what is no answer."""
    bytes_of = _library().base64url_to_bytes
    try:
        data = msgspec.json.decode(bytes_of(_read(answer).response.client_data), type=_ClientData)
        challenge: str = bytes_of(data.challenge).decode("ascii")
    except (msgspec.MsgspecError, ValueError) as error:
        raise Invalid(REFUSED, detail=str(error)) from error
    return challenge


def credential_of(answer: str) -> str:
    """The credential id that an answer names. Raises Invalid for what is no answer."""
    return _read(answer).id


def check_new(place: Place, answer: str, challenge: str) -> NewKey:
    """The key that was made, if all is as it should be. Raises Invalid."""
    webauthn = _library()
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge.encode(),
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except (webauthn.helpers.exceptions.WebAuthnException, ValueError) as error:
        raise Invalid(REFUSED, detail=str(error)) from error
    text_of = webauthn.helpers.bytes_to_base64url
    transports = [text[:TRANSPORT_CHARACTERS] for text in _read(answer).response.transports]
    return NewKey(
        credential_id=text_of(made.credential_id),
        public_key=text_of(made.credential_public_key),
        sign_count=made.sign_count,
        transports=tuple(transports[:MOST_TRANSPORTS]),
    )


def check(place: Place, answer: str, challenge: str, *, public_key: str, sign_count: int, alone: bool) -> int:
    """How often the key has signed, if it is the right one. A copy of it would have signed less often.

    Shapes:  alone: there was no password before, so the device must have asked whose finger or PIN it is
    Raises:  Invalid
    """
    webauthn = _library()
    try:
        shown = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge.encode(),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=webauthn.base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count,
            require_user_verification=alone,
        )
    except (webauthn.helpers.exceptions.WebAuthnException, ValueError) as error:
        raise Invalid(REFUSED, detail=str(error)) from error
    count: int = shown.new_sign_count
    return count


def _read(answer: str) -> _Answer:
    if len(answer) > ANSWER_BYTES:
        raise Invalid(REFUSED, detail="too long")
    try:
        return msgspec.json.decode(answer, type=_Answer)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Invalid(REFUSED, detail=str(error)) from error


def _descriptors(known: Sequence[str]) -> list[object]:
    webauthn = _library()
    descriptor = webauthn.helpers.structs.PublicKeyCredentialDescriptor
    return [descriptor(id=webauthn.base64url_to_bytes(one)) for one in known]


def _library() -> ModuleType:
    return importlib.import_module("webauthn")
