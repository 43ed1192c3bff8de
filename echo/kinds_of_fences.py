"""The words of what keeps servers and people out; `echo.kinds` has the others."""

from __future__ import annotations

from enum import StrEnum


class IpSeverity(StrEnum):
    """What people of a network may not do."""

    APPROVAL = "sign_up_requires_approval"
    SIGN_UP = "sign_up_block"
    ACCESS = "no_access"


class ListAction(StrEnum):
    """What a list wants of the blocks here."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
