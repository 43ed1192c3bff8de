"""What can go wrong between us and another server.

    FederationError                 status 502
    ├── Refused                     we will not dial this address, port, scheme or redirect
    ├── Unreachable                 DNS, TCP, TLS, a broken answer or the deadline: worth another try later
    │   └── Resting                 the peer asked for a pause; `retry_after_seconds`
    ├── Unwelcome                   the peer answered, but not with what was asked for; `answer_status`
    ├── Unbelievable                an answer that its origin does not stand for, or that is no activity
    ├── Exhausted                   too much was asked for already because of the same thing
    └── Unwanted                    a policy of this server does not take it, or not yet

`code` is the short reason kept with an inbound activity or in the negative cache.
"""

from __future__ import annotations

from typing import ClassVar

from echo.errors import EchoError


class FederationError(EchoError):
    default_status = 502
    default_public = "The other server could not be asked"
    code: ClassVar[str] = "federation"
    # For how long the same question is not asked again, in seconds.
    keep_seconds: ClassVar[int] = 600

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class Refused(FederationError):
    code = "address-refused"


class Unreachable(FederationError):
    code = "unreachable"
    keep_seconds = 60


class Resting(Unreachable):
    code = "resting"

    def __init__(self, detail: str, *, retry_after_seconds: float) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Unwelcome(FederationError):
    code = "not-served"

    def __init__(self, detail: str, *, answer_status: int) -> None:
        super().__init__(detail)
        self.answer_status = answer_status

    @property
    def is_gone(self) -> bool:
        """The peer says that this was there and is there no more."""
        return self.answer_status == 410


class Unbelievable(FederationError):
    code = "origin-denies"


class Exhausted(FederationError):
    """One cause has brought as many strangers as it may. The next cause may ask the same at once."""

    code = "budget"
    keep_seconds = 0


class Unwanted(FederationError):
    code = "policy"


class Untrusted(EchoError):
    """A request to our inbox that is not proven to come from whom it says.

    Shapes:  code: short reason for logs and counters
    """

    default_status = 401
    default_public = "The signature could not be verified"

    def __init__(self, code: str, *, detail: str | None = None, status: int | None = None) -> None:
        self.code = code
        super().__init__(detail=detail or code, status=status)
