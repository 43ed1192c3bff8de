"""Who may do what with a post, and the stamp that says that it was allowed.

Source:  FEP-044f; GoToSocial called the two lists `always` and `approvalRequired` up to 0.20
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from activitypub import iri, limits
from activitypub.addressing import spelled_once
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Approval, QuoteAuthorization
from activitypub.read.values import address

_TYPE: Final = "QuoteAuthorization"


def read_approval(document: Document, name: str, *, allow_http: bool) -> Approval | None:
    """What the policy of a post says of one thing; None when it says nothing.

    Shapes:  name: canQuote, canLike, canReply or canAnnounce
    """
    policy = document.document("interactionPolicy")
    rule = None if policy is None else policy.document(name)
    if rule is None:
        return None
    return Approval(
        automatic=_people(rule, "automaticApproval", "always", allow_http=allow_http),
        manual=_people(rule, "manualApproval", "approvalRequired", allow_http=allow_http),
    )


def authorization(document: Document, name: str, *, allow_http: bool) -> str | None:
    """Where it stands that an author allowed something; `approvedBy` up to GoToSocial 0.20."""
    for key in (name, "approvedBy"):
        if (found := address(document, key, allow_http=allow_http)) is not None:
            return found
    return None


def read_quote_authorization(
    document: Document, *, kinds: Collection[str] = (_TYPE,), allow_http: bool = False
) -> QuoteAuthorization:
    """Read a stamp.

    Shapes:  kinds: the names of those that are looked for
    Raises:  Malformed: type, no_id, incomplete
    """
    kind = next((name for name in document.types if name in kinds), None)
    if kind is None:
        raise Malformed("type", f"no stamp: {document.types[:3]}")
    identifier = iri.find(document.id, allow_http=allow_http)
    if identifier is None:
        raise Malformed("no_id", "a stamp without a good id")
    author = address(document, "attributedTo", allow_http=allow_http)
    quoting = address(document, "interactingObject", allow_http=allow_http)
    quoted = address(document, "interactionTarget", allow_http=allow_http)
    if author is None or quoting is None or quoted is None:
        raise Malformed("incomplete", identifier)
    return QuoteAuthorization(
        id=identifier,
        attributed_to=author,
        interacting_object=quoting,
        interaction_target=quoted,
        kind=kind,
    )


def _people(rule: Document, name: str, older_name: str, *, allow_http: bool) -> tuple[str, ...]:
    key = name if rule.has(name) else older_name
    found = map(spelled_once, rule.references(key, at_most=limits.RECIPIENTS))
    return tuple(dict.fromkeys(item for item in found if iri.find(item, allow_http=allow_http) is not None))
