from __future__ import annotations

import pytest

from activitypub.document import Document, encode, parse
from activitypub.nodeinfo import (
    NodeInfo,
    Software,
    Usage,
    content_type,
    read_links,
    read_software,
    write_links,
    write_nodeinfo,
)

INFO = NodeInfo(
    software="echo",
    version="0.1.0",
    repository="https://code.test/echo",
    homepage="https://echo.test/about",
    open_registrations=True,
    usage=Usage(users=3, active_month=2, active_half_year=3, posts=9),
    metadata={"nodeName": "Echo", "upstream": {"name": "x", "version": "1"}},
)
MEMBERS = {"version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"}


def test_the_links_lead_to_both_versions() -> None:
    document = parse(encode(write_links("https://echo.test")))
    assert read_links(document, host="echo.test") == "https://echo.test/nodeinfo/2.1"
    assert read_links(document, host="other.test") is None
    assert [link["rel"] for link in document.data["links"]] == [
        "http://nodeinfo.diaspora.software/ns/schema/2.1",
        "http://nodeinfo.diaspora.software/ns/schema/2.0",
    ]


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_a_document_has_exactly_the_members_of_its_schema(version: str) -> None:
    document = parse(encode(write_nodeinfo(INFO, version=version)))
    assert set(document.data) == MEMBERS
    assert document.data["version"] == version
    assert document.data["metadata"]["upstream"] == {"name": "x", "version": "1"}
    assert document.data["usage"] == {
        "users": {"total": 3, "activeMonth": 2, "activeHalfyear": 3},
        "localPosts": 9,
    }
    assert ("repository" in document.data["software"]) is (version == "2.1")
    assert read_software(document) == Software(name="echo", version="0.1.0")
    assert content_type(version).endswith(f'/{version}#"')


def test_counts_that_are_not_told_are_left_out() -> None:
    document = write_nodeinfo(NodeInfo(software="echo", version="1"), version="2.1")
    assert document["usage"] == {"users": {}}
    assert document["software"] == {"name": "echo", "version": "1"}


@pytest.mark.parametrize(
    ("software", "read"),
    [
        ({"name": "mastodon", "version": "4.6.0"}, Software(name="mastodon", version="4.6.0")),
        ({"name": " GoToSocial "}, Software(name="gotosocial")),
        ({"name": "x", "version": 4}, Software(name="x")),
        ({"name": "x", "version": "1\n2"}, Software(name="x")),
        ({"name": "x", "version": "9" * 1_000}, Software(name="x", version="9" * 256)),
        ({"name": "<script>"}, None),
        ({"name": ""}, None),
        ({"name": ["x"]}, None),
        ("mastodon", None),
        (None, None),
    ],
)
def test_software_is_read_or_not_known(software: object, read: Software | None) -> None:
    assert read_software(Document({"software": software})) == read


@pytest.mark.parametrize(
    "links", [None, {}, "x", [None, "x", {}, {"rel": "http://evil.test/2.1", "href": "https://a.test/"}]]
)
def test_links_that_lead_nowhere(links: object) -> None:
    assert read_links(Document({"links": links}), host="a.test") is None
