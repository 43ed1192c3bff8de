"""Who may quote a post, in the shapes that others write it."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Approval
from activitypub.read import read_note, read_quote_authorization
from activitypub.vocabulary import PUBLIC

FOLLOWERS = "https://peer.test/users/a/followers"
NOTE = {"id": "https://peer.test/1", "type": "Note", "attributedTo": "https://peer.test/users/a"}
STAMP = {
    "id": "https://peer.test/stamps/1",
    "type": "QuoteAuthorization",
    "attributedTo": "https://peer.test/users/a",
    "interactingObject": "https://far.test/1",
    "interactionTarget": "https://peer.test/1",
}


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (None, None),
        ("public", None),
        ({}, None),
        ({"canLike": {"automaticApproval": [PUBLIC]}}, None),
        ({"canQuote": {}}, Approval()),
        ({"canQuote": {"automaticApproval": "as:Public"}}, Approval(automatic=(PUBLIC,))),
        (
            {"canQuote": {"automaticApproval": [FOLLOWERS, 7, None], "manualApproval": ["Public"]}},
            Approval(automatic=(FOLLOWERS,), manual=(PUBLIC,)),
        ),
        (
            {"canQuote": {"always": [PUBLIC], "approvalRequired": [FOLLOWERS]}},
            Approval(automatic=(PUBLIC,), manual=(FOLLOWERS,)),
        ),
        (
            {"canQuote": {"automaticApproval": [FOLLOWERS], "always": [PUBLIC]}},
            Approval(automatic=(FOLLOWERS,)),
        ),
    ],
)
def test_policies(policy: Any, found: Approval | None) -> None:
    assert read_note(Document(NOTE | {"interactionPolicy": policy})).can_quote == found


def test_terms_may_have_their_namespace() -> None:
    document = NOTE | {
        "gts:interactionPolicy": {"https://gotosocial.org/ns#canQuote": {"gts:automaticApproval": [PUBLIC]}}
    }
    assert read_note(Document(document)).can_quote == Approval(automatic=(PUBLIC,))


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "Note"},
        {"id": None},
        {"id": "http://peer.test/1"},
        {"attributedTo": None},
        {"interactingObject": "x"},
        {"interactionTarget": []},
    ],
)
def test_what_is_no_stamp(changed: dict[str, Any]) -> None:
    assert read_quote_authorization(Document(STAMP)).interaction_target == "https://peer.test/1"
    with pytest.raises(Malformed):
        read_quote_authorization(Document(STAMP | changed))
