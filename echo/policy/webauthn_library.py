"""What `echo.policy.passkeys` has the library of WebAuthn do. That imports this file when it is needed."""

from __future__ import annotations

from collections.abc import Sequence

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

# What the library says of an answer that is not as it should be.
ERRORS = (WebAuthnException, ValueError)


def question_for_new(
    host: str, challenge: str, *, title: str, user_id: int, username: str, known: Sequence[str]
) -> str:
    """The options of `navigator.credentials.create`, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name=title,
        user_id=str(user_id).encode(),
        user_name=username,
        challenge=challenge.encode(),
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            # Where the device keeps it, a log-in needs no name.
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options)


def question(host: str, challenge: str, *, known: Sequence[str], alone: bool) -> str:
    """The options of `navigator.credentials.get`, as JSON."""
    wish = UserVerificationRequirement
    options = webauthn.generate_authentication_options(
        rp_id=host,
        challenge=challenge.encode(),
        allow_credentials=_descriptors(known),
        user_verification=wish.REQUIRED if alone else wish.PREFERRED,
    )
    return webauthn.options_to_json(options)


def check_new(host: str, origin: str, answer: str, challenge: str) -> tuple[str, str, int]:
    """Credential id, public key (both base64url) and sign count of a key that was made. Raises `ERRORS`."""
    made = webauthn.verify_registration_response(
        credential=answer,
        expected_challenge=challenge.encode(),
        expected_rp_id=host,
        expected_origin=origin,
    )
    return (
        bytes_to_base64url(made.credential_id),
        bytes_to_base64url(made.credential_public_key),
        made.sign_count,
    )


def check(
    host: str, origin: str, answer: str, challenge: str, *, public_key: str, sign_count: int, alone: bool
) -> int:
    """How often the key has signed, if it is the right one. Raises `ERRORS`."""
    shown = webauthn.verify_authentication_response(
        credential=answer,
        expected_challenge=challenge.encode(),
        expected_rp_id=host,
        expected_origin=origin,
        credential_public_key=base64url_to_bytes(public_key),
        credential_current_sign_count=sign_count,
        require_user_verification=alone,
    )
    return shown.new_sign_count


def bytes_of(text: str) -> bytes:
    """What base64url says. Raises ValueError."""
    return base64url_to_bytes(text)


def _descriptors(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]
