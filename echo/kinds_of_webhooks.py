"""What programs of the operator are told of; `echo.kinds` has the other words."""

from __future__ import annotations

from enum import StrEnum


class WebhookEvent(StrEnum):
    """The words are Mastodon's."""

    ACCOUNT_APPROVED = "account.approved"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_UPDATED = "account.updated"
    REPORT_CREATED = "report.created"
    REPORT_UPDATED = "report.updated"
    STATUS_CREATED = "status.created"
    STATUS_UPDATED = "status.updated"
