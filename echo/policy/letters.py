"""Which letters people want, and the proof in the links that end them.

What Mastodon sends unasked is sent here only to those who have not been here for a day.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from echo.ids import parse_id
from echo.kinds import NotificationKind

Kind = NotificationKind

# Kinds of which a letter can tell, and whether it does for those who chose nothing.
DEFAULTS: dict[Kind, bool] = {
    Kind.MENTION: True,
    Kind.QUOTE: True,
    Kind.FOLLOW: True,
    Kind.FOLLOW_REQUEST: True,
    Kind.BOOST: False,
    Kind.LIKE: False,
    Kind.SIGN_UP: True,
    Kind.REPORT: True,
}
FOR_MODERATORS = frozenset({Kind.SIGN_UP, Kind.REPORT})
# What else can be ended by a link in a letter.
DIGEST = "digest"
# Nobody is written to about what happens while they are here.
AWAY_HOURS = 24
DIGEST_AFTER_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Shapes:  kinds: those that a letter tells of; always: also while the person is here"""

    kinds: frozenset[Kind] = field(
        default_factory=lambda: frozenset(kind for kind, is_told in DEFAULTS.items() if is_told)
    )
    always: bool = False
    digest: bool = False

    def without(self, what: str) -> Letters:
        """The same, but for one kind of letter."""
        return Letters(
            kinds=frozenset(kind for kind in self.kinds if kind != what),
            always=self.always,
            digest=self.digest and what != DIGEST,
        )


def read(settings: Mapping[str, object]) -> Letters:
    """The choices in a settings column; what is unreadable counts as not chosen."""
    chosen = settings.get("letters")
    if not isinstance(chosen, Mapping):
        return Letters()
    kinds = chosen.get("kinds")
    told = kinds if isinstance(kinds, Mapping) else {}
    return Letters(
        kinds=frozenset(kind for kind, is_told in DEFAULTS.items() if told.get(kind, is_told) is True),
        always=chosen.get("always") is True,
        digest=chosen.get("digest") is True,
    )


def written(letters: Letters) -> dict[str, object]:
    """The choices as they are stored under `letters`."""
    return {
        "kinds": {kind.value: kind in letters.kinds for kind in DEFAULTS},
        "always": letters.always,
        "digest": letters.digest,
    }


def chosen_from(names: Iterable[str]) -> Letters:
    """The choices of a form, in which only what is wanted has a name."""
    wanted = set(names)
    return Letters(
        kinds=frozenset(kind for kind in DEFAULTS if kind.value in wanted),
        always="always" in wanted,
        digest=DIGEST in wanted,
    )


def ticket(secret: str, user_id: int, what: str) -> str:
    """What a link that ends one kind of letter holds. It works for ever, for that and nothing else.

    Shapes:  what: a kind of notification, or `DIGEST`
    """
    return f"{user_id}.{what}.{_seal(secret, user_id, what)}"


def read_ticket(secret: str, text: str) -> tuple[int, str] | None:
    """Whose letters of which kind a ticket ends; None for one that we did not make."""
    parts = text.split(".")
    user_id = parse_id(parts[0]) if len(parts) == 3 else None
    if user_id is None or (parts[1] != DIGEST and parts[1] not in list(DEFAULTS)):
        return None
    expected = _seal(secret, user_id, parts[1])
    return (user_id, parts[1]) if hmac.compare_digest(expected.encode(), parts[2].encode()) else None


def _seal(secret: str, user_id: int, what: str) -> str:
    return hmac.new(secret.encode(), f"{user_id}.{what}".encode(), hashlib.sha256).hexdigest()
