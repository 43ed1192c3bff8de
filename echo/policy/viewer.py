"""Who is looking."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """The account that reads, or nobody in particular (`account_id` None)."""

    account_id: int | None

    @property
    def is_anonymous(self) -> bool:
        return self.account_id is None


NOBODY = Viewer(None)
