"""The table of who may like, answer and boost."""

from __future__ import annotations

from typing import Any

import pytest

from echo.policy.interacting import Closeness, Interaction, Leave, leave_to

ME = "https://one.test/ap/actors/1"


@pytest.mark.parametrize(
    ("automatic", "manual", "who", "leave"),
    [
        (["public"], [], {}, Leave.YES),
        ([ME], [], {}, Leave.YES),
        (["followers"], [], {"is_follower": True}, Leave.YES),
        (["following"], [], {"is_followed": True}, Leave.YES),
        (["followers"], [], {}, Leave.NO),
        (["followers"], ["public"], {}, Leave.ASKED),
        ([], ["following"], {"is_followed": True}, Leave.ASKED),
        (["unsupported_policy"], [], {}, Leave.ASKED),
        ([], [], {}, Leave.NO),
    ],
)
def test_the_table(automatic: list[str], manual: list[str], who: dict[str, Any], leave: Leave) -> None:
    policy = {"like": {"automatic": automatic, "manual": manual}}
    assert leave_to(Interaction.LIKE, policy, Closeness(uri=ME, **who)) == leave
    assert leave_to(Interaction.REPLY, policy, Closeness(uri=ME, **who)) == Leave.YES


def test_who_is_mentioned_may_answer_but_not_boost() -> None:
    who, policy = Closeness(uri=ME, is_mentioned=True), {"reply": {}, "boost": {}}
    assert leave_to(Interaction.REPLY, policy, who) == Leave.YES
    assert leave_to(Interaction.BOOST, policy, who) == Leave.NO
    assert leave_to(Interaction.LIKE, None, who) == Leave.YES
