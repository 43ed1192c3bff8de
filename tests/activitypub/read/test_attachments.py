from __future__ import annotations

from typing import Any

import pytest

from activitypub.document import Document
from activitypub.objects import Attachment, Picture
from activitypub.read.attachments import read_attachments

URL = "https://peer.test/1.png"
NEAR = "https://peer.test/notes/1"


def attachments(*sent: Any) -> tuple[Attachment, ...]:
    return read_attachments(Document({"attachment": list(sent)}), near=NEAR)


def one(**members: Any) -> Attachment:
    (found,) = attachments({"type": "Document", "url": URL, **members})
    return found


@pytest.mark.parametrize(
    ("url", "media_type"),
    [
        (URL, None),
        ([URL], None),
        ({"type": "Link", "href": URL, "mediaType": "image/png"}, "image/png"),
        ([None, {"type": "Link", "href": URL, "mediaType": "image/png"}], "image/png"),
        ("/1.png", None),
    ],
)
def test_a_file_has_its_place_in_many_shapes(url: object, media_type: str | None) -> None:
    found = one(url=url)
    assert (found.url, found.media_type) == (URL, media_type)


@pytest.mark.parametrize(
    ("members", "alt"),
    [
        ({"name": "a cat"}, "a cat"),
        ({"summary": "a cat"}, "a cat"),
        ({"summary": "a cat", "name": "1.png"}, "a cat"),
        ({"name": "", "summary": None}, None),
        ({"name": ["x"]}, None),
        ({"name": "x" * 20_000}, "x" * 10_000),
    ],
)
def test_its_description(members: dict[str, Any], alt: str | None) -> None:
    assert one(**members).alt == alt


@pytest.mark.parametrize(
    ("point", "focus"),
    [
        ([0.5, -1], (0.5, -1.0)),
        ({"@list": [0, 0]}, (0.0, 0.0)),
        ([2, 0], None),
        ([0.5], None),
        ([0, 0, 0], None),
        (["0", "0"], None),
        ([True, False], None),
        ("0,0", None),
    ],
)
def test_its_focus(point: object, focus: tuple[float, float] | None) -> None:
    assert one(focalPoint=point).focus == focus


@pytest.mark.parametrize(
    ("extent", "read"),
    [
        (640, 640),
        (640.0, 640),
        (0, None),
        (-1, None),
        (640.5, None),
        ("640", None),
        (10**9, None),
        (None, None),
        (True, None),
    ],
)
def test_its_extent(extent: object, read: int | None) -> None:
    found = one(width=extent, height=extent)
    assert (found.width, found.height) == (read, read)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        (12, 12.0),
        (12.5, 12.5),
        ("12.5", 12.5),
        ("PT12.5S", 12.5),
        ("PT1M30S", 90.0),
        ("P1DT1H1M1S", 90_061.0),
        ("pt5s", 5.0),
        ("PT1,5S", 1.5),
        ("P", None),
        ("PT", None),
        ("PT0S", None),
        (-3, None),
        ("-PT3S", None),
        ("long", None),
        (10**12, None),
        (None, None),
    ],
)
def test_its_duration(duration: object, seconds: float | None) -> None:
    assert one(duration=duration).duration_seconds == seconds


def test_its_other_properties() -> None:
    found = one(
        type="Video",
        mediaType="Video/MP4; codecs=x",
        blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        icon={"type": "Image", "url": "https://peer.test/t.png"},
        sensitive=True,
    )
    assert found == Attachment(
        kind="Video",
        url=URL,
        media_type="video/mp4",
        blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        thumbnail=Picture(url="https://peer.test/t.png"),
        sensitive=True,
    )
    assert one(blurhash="not a blurhash", mediaType="nonsense", icon=7).media_type is None
    assert one(blurhash="<b>").blurhash is None


def test_what_is_no_file_is_dropped() -> None:
    assert (
        attachments(None, "https://peer.test/x", {}, {"type": "PropertyValue", "url": URL}, {"type": "Image"})
        == ()
    )
    assert attachments({"type": "Link", "href": URL}) == (Attachment(kind="Link", url=URL),)
    assert attachments({"type": "as:Image", "url": URL})[0].kind == "Image"
    single = read_attachments(Document({"attachment": {"type": "Image", "url": URL}}), near=NEAR)
    assert [item.url for item in single] == [URL]


def test_the_first_files_are_kept_in_order() -> None:
    sent = [{"type": "Document", "url": f"https://peer.test/{n}"} for n in range(40)]
    assert [item.url for item in attachments(*sent)] == [f"https://peer.test/{n}" for n in range(16)]
