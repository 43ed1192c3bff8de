"""Activities ready to be sent: read once, hashed once, for all their inboxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from activitypub.signatures.digest import sha256
from echo.store import outbound
from federation.memory import Memory


@dataclass(frozen=True, slots=True)
class Load:
    """Shapes:  visibility: of the post; digest: SHA-256 of the body"""

    kind: str
    sender_id: int
    post_id: int | None
    visibility: str | None
    body: bytes
    digest: bytes
    expires_at: datetime
    key_generation: int | None
    traceparent: str = ""


class Loads:
    """The activities that one worker sent lately. An edit changes them, so they are not kept for long."""

    def __init__(self) -> None:
        self._kept: Memory[int, Load] = Memory(size=500, seconds=30.0)

    async def get(self, activity_ids: set[int]) -> dict[int, Load]:
        """These activities by row id, from memory or from their rows."""
        found = {each: load for each in activity_ids if (load := self._kept.get(each)) is not None}
        missing = activity_ids - found.keys()
        if missing:
            for row in await outbound.load(sorted(missing)):
                body = bytes(row["body"])
                load = Load(
                    row["kind"],
                    row["sender_id"],
                    row["post_id"],
                    row["visibility"],
                    body,
                    sha256(body),
                    row["expires_at"],
                    row["key_generation"],
                    row["traceparent"],
                )
                self._kept.put(row["id"], load)
                found[row["id"]] = load
        return found
