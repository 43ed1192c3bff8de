from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activitypub.document import Document
from activitypub.objects import Poll, PollOption
from activitypub.read.polls import read_poll

NOW = datetime(2026, 8, 1, 10, tzinfo=UTC)
OPTION = {"type": "Note", "name": "yes", "replies": {"type": "Collection", "totalItems": 3}}


def poll(**members: Any) -> Poll:
    found = read_poll(Document({"oneOf": [OPTION], **members}))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("option", "read"),
    [
        (OPTION, PollOption(name="yes", votes=3)),
        ({"name": "yes"}, PollOption(name="yes")),
        ({"content": "yes"}, PollOption(name="yes")),
        ({"name": "", "content": "yes"}, PollOption(name="yes")),
        ({"name": "yes", "replies": {"totalItems": -1}}, PollOption(name="yes")),
        ({"name": "yes", "replies": "https://peer.test/r"}, PollOption(name="yes")),
        ({"name": "x" * 900}, PollOption(name="x" * 500)),
    ],
)
def test_an_option(option: dict[str, Any], read: PollOption) -> None:
    assert poll(oneOf=[option, {}, None, "x"]).options == (read,)


def test_one_or_any_of_the_options() -> None:
    assert not poll().multiple
    assert poll(anyOf=[OPTION, OPTION], oneOf=[]).multiple
    assert not poll(anyOf=[]).multiple
    assert poll(oneOf=OPTION).options == (PollOption(name="yes", votes=3),)
    assert read_poll(Document({})) is None
    assert read_poll(Document({"oneOf": []})) is None
    assert len(poll(oneOf=[{"name": f"{n}"} for n in range(900)]).options) == 500


@pytest.mark.parametrize(
    ("members", "over"),
    [
        ({}, False),
        ({"endTime": "2026-08-01T09:00:00Z"}, True),
        ({"endTime": "2026-08-01T11:00:00Z"}, False),
        ({"closed": "2026-08-01T09:00:00Z"}, True),
        ({"closed": "2026-08-01T11:00:00Z"}, False),
        ({"closed": True}, True),
        ({"closed": "true"}, True),
        ({"closed": False}, False),
        ({"closed": None, "endTime": "soon"}, False),
        ({"closed": "2026-08-01T09:00:00Z", "endTime": "2026-08-01T11:00:00Z"}, True),
    ],
)
def test_when_a_poll_is_over(members: dict[str, Any], over: bool) -> None:
    assert poll(**members).is_over(NOW) is over


def test_a_poll_is_over_at_its_end() -> None:
    ends = poll(endTime="2026-08-01T10:00:00Z")
    assert ends.is_over(NOW)
    assert not ends.is_over(NOW - timedelta(seconds=1))
    assert poll(votersCount=7).voters_count == 7
