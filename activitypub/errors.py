"""What the language can say against a text: it is malformed, or its signature does not hold."""

from __future__ import annotations


class ActivityPubError(Exception):
    """Base of both errors; `reason` is a short code for logs and counters, `detail` a sentence for people."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(reason if detail is None else f"{reason}: {detail}")


class Malformed(ActivityPubError):
    """The bytes, the document or the IRI cannot be what it should be."""


class SignatureError(ActivityPubError):
    """The request is not signed, not signed enough, too old, or signed by another key."""
