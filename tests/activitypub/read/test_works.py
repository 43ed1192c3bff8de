"""Videos, recordings, pictures and events: which file, which picture, when and where."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from activitypub.document import Document
from activitypub.objects import Happening, Note
from activitypub.read import read_note

HOST = "https://peer.test"


def read(kind: str, **members: Any) -> Note:
    return read_note(Document({"id": f"{HOST}/1", "type": kind, "attributedTo": f"{HOST}/a", **members}))


def link(name: str, media_type: str, **more: Any) -> dict[str, Any]:
    return {"type": "Link", "href": f"{HOST}/{name}", "mediaType": media_type, **more}


@pytest.mark.parametrize(
    ("kind", "url", "chosen"),
    [
        ("Video", [link("a.mp4", "video/mp4", height=1080), link("b.mp4", "video/mp4", height=480)], "b.mp4"),
        ("Video", [link("a.mp4", "video/mp4", height=360), link("b.mp4", "video/mp4", height=720)], "b.mp4"),
        (
            "Video",
            [link("a.mp4", "video/mp4", height=2160), link("b.mp4", "video/mp4", height=1080)],
            "b.mp4",
        ),
        ("Video", link("a.webm", "video/webm"), "a.webm"),
        ("Video", [link("s.m3u8", "application/x-mpegURL", tag=[link("a.mp4", "video/mp4")])], "a.mp4"),
        ("Video", [link("a.mp3", "audio/mpeg"), f"{HOST}/a.mp4", None, 7], None),
        ("Video", [link("a.mp4", "video/x-msvideo")], None),
        ("Video", [], None),
        ("Audio", [{"type": "Link", "href": f"{HOST}/a.ogg", "mimeType": "audio/ogg"}], "a.ogg"),
        ("Image", [link("a.png", "image/png"), link("p", "text/html")], "a.png"),
        ("Note", [link("a.mp4", "video/mp4")], None),
        ("Article", [link("a.mp4", "video/mp4")], None),
    ],
)
def test_the_file_that_is_the_post(kind: str, url: object, chosen: str | None) -> None:
    work = read(kind, url=url, name="Title", duration="PT1M").work
    assert (None if work is None else work.url) == (None if chosen is None else f"{HOST}/{chosen}")
    if work is not None:
        assert (work.kind, work.alt, work.duration_seconds) == (kind, "Title", 60)


@pytest.mark.parametrize(
    ("members", "chosen"),
    [
        ({"icon": [{"url": f"{HOST}/s.png", "width": 10}, {"url": f"{HOST}/l.png", "width": 99}]}, "l.png"),
        ({"icon": f"{HOST}/s.png"}, "s.png"),
        ({"image": f"{HOST}/i.png", "icon": f"{HOST}/s.png"}, "i.png"),
        ({"image": [None, 7, {"type": "Image"}], "icon": {"url": [f"{HOST}/s.png"]}}, "s.png"),
        ({"icon": [{}, {"width": "wide"}]}, None),
        ({}, None),
    ],
)
def test_the_picture_that_stands_for_it(members: dict[str, Any], chosen: str | None) -> None:
    image = read("Article", **members).image
    assert (None if image is None else image.url) == (None if chosen is None else f"{HOST}/{chosen}")


START = datetime(2025, 6, 1, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"startTime": "2025-06-01T18:00:00Z"}, Happening(start_at=START)),
        ({"startTime": "2025-06-01T18:00:00Z", "endTime": "2025-06-01T17:00:00Z"}, Happening(start_at=START)),
        (
            {"startTime": "2025-06-01T18:00:00Z", "location": "Hall", "timezone": "Europe/Rome"},
            Happening(start_at=START, place="Hall", timezone="Europe/Rome"),
        ),
        (
            {
                "startTime": "2025-06-01T18:00:00Z",
                "location": [
                    {"type": "VirtualLocation", "url": f"{HOST}/call"},
                    {"type": "Place", "name": "Hall", "address": "Road 1"},
                ],
            },
            Happening(start_at=START, place="Hall, Road 1"),
        ),
        (
            {
                "startTime": "2025-06-01T18:00:00Z",
                "location": {
                    "type": "Place",
                    "name": "Lyon",
                    "address": {"streetAddress": " ", "addressLocality": "Lyon", "addressCountry": "France"},
                },
            },
            Happening(start_at=START, place="Lyon, France"),
        ),
        ({"endTime": "2025-06-01T18:00:00Z", "location": "Hall"}, None),
    ],
)
def test_when_and_where(members: dict[str, Any], expected: Happening | None) -> None:
    assert read("Event", **members).happening == expected
    assert read("Note", **members).happening is None
