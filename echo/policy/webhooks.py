"""What webhooks may tell, and to whom they may be given.

Source:  Mastodon's admin webhooks
"""

from __future__ import annotations

import hashlib
import hmac

from echo.kinds_of_webhooks import WebhookEvent
from echo.policy.roles import Permission

NEEDED: dict[WebhookEvent, Permission] = {
    WebhookEvent.ACCOUNT_APPROVED: Permission.MANAGE_USERS,
    WebhookEvent.ACCOUNT_CREATED: Permission.MANAGE_USERS,
    WebhookEvent.ACCOUNT_UPDATED: Permission.MANAGE_USERS,
    WebhookEvent.REPORT_CREATED: Permission.MANAGE_REPORTS,
    WebhookEvent.REPORT_UPDATED: Permission.MANAGE_REPORTS,
    WebhookEvent.STATUS_CREATED: Permission.VIEW_DEVOPS,
    WebhookEvent.STATUS_UPDATED: Permission.VIEW_DEVOPS,
}
"""What somebody has to be allowed besides webhooks, to have a program told of it."""


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature`."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def is_worth_another_try(status: int) -> bool:
    """Whether a program that answered with this status, which is no 2xx, may take it later."""
    return status in (401, 408, 429) or (status >= 500 and status != 501) or 300 <= status < 400
