"""Every kind of event is in the law of R-36: what is shown and changed by it is what would be shown anew."""

from __future__ import annotations

from echo.streaming.kinds import KINDS
from tests.streaming.test_apply import SAID_OF_POSTS
from tests.streaming.test_apply_chats import SAID_OF_CHATS


def test_every_kind_of_event_is_played_and_applied() -> None:
    # Counters are said to those who watch, and are in no log.
    assert {kind.event for kind in KINDS.values()} == (SAID_OF_POSTS | SAID_OF_CHATS) - {"counters"}
