"""Every error Echo raises on purpose.

    EchoError                 status 500
    ├── BadRequest            400   a parameter is missing or the body is not readable
    ├── Unauthorized          401   no token, or a token that is not valid any more
    ├── Forbidden             403   the token or the person may not do this
    ├── NotFound              404   unknown, invisible or someone else's: never told apart
    ├── Conflict              409   written by someone else at the same moment
    ├── Gone                  410   was here, was deleted
    ├── TooLarge              413   over a size limit
    ├── Invalid               422   readable but not acceptable; `details` by field
    │   ├── Disallowed              by a policy of this server
    │   └── HeldBack                a policy keeps it until a moderator decides
    ├── TooMany               429   a rate limit; `retry_after_seconds`, `headers` that tell the limit
    ├── Unavailable           503   an engine or another server is away; `retry_after_seconds`
    └── NoRoom                507   the disk is as full as it may get: no files are taken in

`public` is for the client, `detail` and the cause are for the log only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why a field was refused: `code` as Mastodon names them (`ERR_BLANK`), `description` for people."""

    code: str
    description: str


class EchoError(Exception):
    """Base of all deliberate errors.

    Shapes:  public: one short sentence, safe to show; status: HTTP status; detail: for the log; headers: sent
    with the answer
    """

    default_status: ClassVar[int] = 500
    default_public: ClassVar[str] = "Internal error"

    def __init__(
        self, public: str | None = None, *, status: int | None = None, detail: str | None = None
    ) -> None:
        self.public = public if public is not None else self.default_public
        self.status = status if status is not None else self.default_status
        self.detail = detail
        self.headers: Mapping[str, str] = {}
        super().__init__(self.public if detail is None else f"{self.public} ({detail})")


class BadRequest(EchoError):
    default_status = 400
    default_public = "Bad request"


class Unauthorized(EchoError):
    default_status = 401
    default_public = "The access token is invalid"


class Forbidden(EchoError):
    default_status = 403
    default_public = "This action is not allowed"


class NotFound(EchoError):
    default_status = 404
    default_public = "Record not found"


class Conflict(EchoError):
    default_status = 409
    default_public = "Conflict during write, please try again"


class Gone(EchoError):
    default_status = 410
    default_public = "Gone"


class TooLarge(EchoError):
    default_status = 413
    default_public = "Request is too large"


class Invalid(EchoError):
    """Validation failed. `details` maps a field name to its reasons (sign-up and profile forms show them)."""

    default_status = 422
    default_public = "Validation failed"

    def __init__(
        self,
        public: str | None = None,
        *,
        details: Mapping[str, Sequence[FieldError]] | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(public, detail=detail)
        self.details = details


class Disallowed(Invalid):
    """A policy of this server does not let it pass; `public` is the reason that those who run it chose."""


class HeldBack(Invalid):
    default_public = "This waits for a moderator"


class TooMany(EchoError):
    default_status = 429
    default_public = "Too many requests"

    def __init__(
        self,
        public: str | None = None,
        *,
        retry_after_seconds: int = 60,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(public)
        self.retry_after_seconds = retry_after_seconds
        self.headers = headers or {}


class Unavailable(EchoError):
    default_status = 503
    default_public = "Service temporarily unavailable"

    def __init__(
        self, public: str | None = None, *, retry_after_seconds: int = 5, detail: str | None = None
    ) -> None:
        super().__init__(public, detail=detail)
        self.retry_after_seconds = retry_after_seconds


class NoRoom(EchoError):
    default_status = 507
    default_public = "There is no room for files on this server at the moment"
