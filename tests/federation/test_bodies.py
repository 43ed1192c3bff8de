"""What posts of other kinds and types of text look like here."""

from __future__ import annotations

import time
from typing import Any

import pytest

from activitypub.document import Document
from activitypub.read import read_note
from federation.translate.bodies import html_of, spoiler_of
from federation.translate.files import files_of

pytestmark = pytest.mark.usefixtures("runtime")
HOST = "https://peer.test"


def read(**members: Any) -> Any:
    document = {"id": f"{HOST}/1", "type": "Article", "attributedTo": f"{HOST}/a", **members}
    return read_note(Document(document))


@pytest.mark.parametrize(
    ("members", "parts"),
    [
        (
            {"mediaType": "text/markdown", "content": "**a** #b"},
            ["<strong>a</strong>", "https://echo.test/tags/b"],
        ),
        (
            {"mediaType": "text/plain", "content": "<b> https://c.test/"},
            ["&lt;b&gt;", 'href="https://c.test/"'],
        ),
        ({"mediaType": "text/x-unheard-of", "content": "*a*\nb"}, ["*a*<br", "b"]),
        ({"mediaType": "text/html", "content": "<i>a</i>"}, ["<i>a</i>"]),
        ({"content": "<h1>T</h1>a", "name": "T"}, ["<strong>T</strong>", f"{HOST}/1"]),
        ({"name": "<script>x</script>T & U", "content": "a"}, ["<strong>T &amp; U</strong>"]),
        ({"summary": "<p>short</p>"}, ["short"]),
        ({"type": "Note", "name": "T", "content": "T time"}, ["<p><strong>T</strong></p>T time"]),
    ],
)
async def test_what_a_post_says(members: dict[str, Any], parts: list[str]) -> None:
    html = html_of(read(**members))
    assert [part for part in parts if part not in html] == [], html
    assert html.count("<strong>T") <= 1


async def test_a_title_that_the_text_begins_with_stands_once() -> None:
    html = html_of(read(type="Note", name="Bread", content="<p>Bread</p><p>in nine steps</p>"))
    assert html == "<p>Bread</p><p>in nine steps</p>"


async def test_a_summary_is_a_warning_where_something_hides() -> None:
    assert spoiler_of(read(summary="x")) == ""
    assert spoiler_of(read(summary="x", sensitive=True)) == "x"
    assert spoiler_of(read(type="Note", summary="x")) == "x"


@pytest.mark.parametrize(
    "zone", ["Nowhere/At_All", "../../etc/passwd", "/etc/passwd", "Europe", "", "\x00", 7]
)
async def test_s_e_a_time_zone_is_a_name_and_no_file(zone: object) -> None:
    html = html_of(read(type="Event", startTime="2025-06-01T18:00:00Z", timezone=zone))
    assert "2025-06-01 18:00 (UTC)" in html


async def test_an_event_at_the_end_of_time_is_shown() -> None:
    html = html_of(read(type="Event", startTime="9999-12-31T23:30:00Z", timezone="Asia/Tokyo"))
    assert "9999-12-31 23:30" in html


@pytest.mark.parametrize("text", ["https://a.b/(" * 11_000, "[" * 150_000, "![" * 5_000, "#a " * 3_300])
@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain"])
async def test_s_e_no_text_keeps_us_long(text: str, media_type: str) -> None:
    start = time.process_time()
    html_of(read(content=text, mediaType=media_type))
    assert time.process_time() - start < 10


async def test_a_picture_is_shown_where_there_is_no_file() -> None:
    picture = {"type": "Image", "url": f"{HOST}/i.png", "name": "I"}
    [shown] = files_of(read(image=picture))
    assert (shown.url, shown.kind, shown.description) == (f"{HOST}/i.png", "image", "I")
    link = {"type": "Link", "href": "https://c.test/"}
    assert files_of(read(type="Page", image=picture, attachment=link)) == ()
    assert files_of(read(type="Note", image=picture)) == ()
    file = {"type": "Document", "url": f"{HOST}/f.jpeg"}
    assert [one.url for one in files_of(read(image=picture, attachment=[file, file]))] == [f"{HOST}/f.jpeg"]
