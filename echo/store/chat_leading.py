"""Whether somebody and those who lead a group get on: no link and no invitation leads past a block."""

from __future__ import annotations

from echo import db
from echo.policy.avoidance import estranged_from

_ESTRANGED = f"""
    SELECT 1 FROM chat_members l JOIN accounts a ON a.id = l.account_id JOIN accounts w ON w.id = $2
    WHERE l.chat_id = $1 AND l.state = 'active' AND l.role IN ('owner', 'admin') AND l.account_id <> $2
      AND ({estranged_from("$2")} OR EXISTS (SELECT 1 FROM avoided_domains d
            WHERE (d.account_id = l.account_id AND w.domain <> '' AND d.domain = w.domain)
               OR (d.account_id = w.id AND a.domain <> '' AND d.domain = a.domain)))
    LIMIT 1
"""


async def is_estranged(chat_id: int, account_id: int) -> bool:
    """Whether somebody blocks one of those who lead a group or avoids their server, or they do."""
    return await db.fetch_one(_ESTRANGED, chat_id, account_id) is not None
