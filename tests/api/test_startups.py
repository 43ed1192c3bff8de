"""What apps ask when somebody logs in or opens them, in their spelling: each gets what it can decode.

The lists follow what each app was seen or read to send; every answer is held against the OpenAPI description,
which is as strict as the strictest of them.
"""

from __future__ import annotations

from typing import Any

import pytest

from echo.runtime import Runtime
from tests import make, openapi, structure
from tests.api.asking import Answer, Api
from tests.coverage_page import shape

# method and path; "-" asks without a token; "404" is what the app expects and works with.
STARTUPS: dict[str, list[str]] = {
    "Tusky": [
        "- GET /api/v2/instance",
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v2/instance",
        "GET /api/v1/custom_emojis",
        "GET /api/v2/filters",
        "GET /api/v1/announcements?with_dismissed=false",
        "GET /api/v1/lists",
        "GET /api/v1/timelines/home?limit=30",
        "GET /api/v1/markers?timeline[]=notifications",
        "GET /api/v1/notifications?limit=30&exclude_types[]=follow_request&exclude_types[]=poll",
        "GET /api/v2/notifications/policy",
        "GET /api/v1/conversations?limit=20",
        "GET /api/v1/timelines/public?local=true&limit=30",
        "GET /api/v1/trends/tags",
        "GET /api/v1/trends/statuses?limit=20",
        "GET /api/v1/followed_tags?limit=200",
    ],
    "Ice Cubes": [
        "- GET /api/v2/instance",
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v2/instance",
        "GET /api/v1/preferences",
        "GET /api/v1/lists",
        "GET /api/v2/filters",
        "GET /api/v1/followed_tags?limit=100",
        "GET /api/v1/markers?timeline[]=home&timeline[]=notifications",
        "GET /api/v1/timelines/home?limit=50",
        "GET /api/v2/notifications?limit=80&grouped_types[]=favourite&grouped_types[]=reblog",
        "GET /api/v2/notifications/policy",
        "GET /api/v1/trends/links",
        "GET /api/v2/suggestions",
        "GET /api/v1/accounts/relationships?id[]={me}&id[]={other}",
        "404 GET /api/v1/push/subscription",
    ],
    "Ivory": [
        "- GET /api/v2/instance",
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v1/preferences",
        "GET /api/v1/accounts/{me}",
        "GET /api/v1/accounts/{me}/lists",
        "GET /api/v1/lists",
        "GET /api/v2/filters",
        "GET /api/v1/timelines/home?limit=40",
        "GET /api/v1/notifications?limit=40&types[]=mention&types[]=status&types[]=poll",
        "GET /api/v1/instance/languages",
        "GET /api/v1/follow_requests",
        "404 GET /api/v1/push/subscription",
    ],
    "Mastodon for Android": [
        "- GET /.well-known/oauth-authorization-server",
        "- GET /api/v2/instance",
        "- GET /api/v1/instance/extended_description",
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v1/preferences",
        "GET /api/v1/custom_emojis",
        "GET /api/v1/lists",
        "GET /api/v2/filters",
        "GET /api/v1/markers?timeline[]=home&timeline[]=notifications",
        "GET /api/v1/timelines/home?limit=40",
        "GET /api/v2/notifications?limit=40&expand_accounts=partial_avatars",
        "GET /api/v2/notifications/unread_count",
        "GET /api/v1/profile",
        "GET /api/v1/accounts/{other}/featured_tags",
        "GET /api/v1/accounts/{other}/endorsements",
        "GET /api/v1/accounts/{other}/collections",
        "GET /api/v1/accounts/familiar_followers?id[]={other}",
        "GET /api/v1/accounts/{other}/statuses?exclude_replies=true&limit=20",
        "GET /api/v1/accounts/{other}/statuses?pinned=true",
        "GET /api/v1/trends/statuses?limit=40",
        "GET /api/v1/trends/links",
        "GET /api/v1/trends/tags",
    ],
    "Mastodon for iOS": [
        "- GET /api/v1/instance",
        "- GET /api/v2/instance",
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v1/instance/translation_languages",
        "GET /api/v1/custom_emojis",
        "GET /api/v1/filters",
        "GET /api/v1/preferences",
        "GET /api/v1/lists",
        "GET /api/v1/timelines/home",
        "GET /api/v1/notifications?types[]=follow&types[]=mention",
        "GET /api/v1/statuses/{post}/context",
        "GET /api/v1/directory?limit=20&local=true",
    ],
    "Phanpy": [
        "- GET /.well-known/oauth-authorization-server",
        "- GET /.well-known/nodeinfo",
        "- GET /nodeinfo/2.0",
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v2/instance",
        "GET /api/v1/preferences",
        "GET /api/v1/lists",
        "GET /api/v2/filters",
        "GET /api/v1/followed_tags?limit=200",
        "GET /api/v1/timelines/home?limit=20",
        "GET /api/v2/notifications?limit=30&expand_accounts=partial_avatars",
        "GET /api/v2/notifications/policy",
        "GET /api/v1/notifications/requests",
        "GET /api/v1/markers?timeline[]=notifications",
        "GET /api/v1/follow_requests?limit=80",
        "GET /api/v1/announcements",
        "GET /api/v1/statuses/{post}/quotes",
        "404 GET /api/v2/discover/posts/trending",
    ],
    "Elk": [
        "- GET /api/v2/instance",
        "- GET /nodeinfo/2.0",
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v2/instance",
        "GET /api/v1/preferences",
        "404 GET /api/v1/push/subscription",
        "GET /api/v1/custom_emojis",
        "GET /api/v1/lists",
        "GET /api/v1/markers?timeline[]=notifications",
        "GET /api/v2/filters",
        "GET /api/v1/timelines/home?limit=30",
        "GET /api/v1/accounts/lookup?acct={name}",
        "GET /api/v1/domain_blocks",
        "GET /api/v1/accounts/{me}/in_collections",
    ],
    "Soapbox": [
        "- GET /api/v1/instance",
        "- GET /api/v2/instance",
        "- GET /nodeinfo/2.0",
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v1/custom_emojis",
        "GET /api/v1/timelines/home",
        "GET /api/v1/notifications",
        "GET /api/v1/markers?timeline[]=notifications",
        "GET /api/v1/filters",
        "GET /api/v2/filters",
        "GET /api/v1/suggestions",
        "GET /api/v1/follow_requests",
        "GET /api/v1/scheduled_statuses",
        "GET /api/v1/bookmarks",
        "GET /api/v1/announcements",
        "GET /api/v1/pleroma/chats",
    ],
}


@pytest.mark.parametrize("name", STARTUPS)
async def test_an_app_can_decode_what_it_asks_for_at_its_start(api: Api, runtime: Runtime, name: str) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(alice, bob)
    post = await make.post(bob, "hello @alice #tea")
    await make.post(alice, "@bob hello", reply_to=post.id)
    values = {"me": alice.id, "other": bob.id, "post": post.id, "name": "bob"}
    for line in STARTUPS[name]:
        note, _, request = line.partition(" ") if line[0] in "-4" else ("", "", line)
        method, _, path = request.format(**values).partition(" ")
        by = None if note == "-" else alice
        answer = await api.ask(method, path, by=by, expect=404 if note == "404" else 200)
        if note != "404":
            decode(method, path.partition("?")[0], answer)


def decode(method: str, path: str, answer: Answer) -> None:
    """Hold an answer against the entity that the description names for its route."""
    schema = _schema_of(method, path)
    is_list = schema.get("type") == "array"
    name = (schema["items"] if is_list else schema).get("$ref", "").rpartition("/")[2]
    assert isinstance(answer.json, list) == is_list, path
    if name in structure.names():
        for document in answer.json if is_list else [answer.json]:
            structure.validate(name, document, signed_in=answer.signed_in)


def _schema_of(method: str, path: str) -> dict[str, Any]:
    parts = path.strip("/").split("/")
    best: dict[str, Any] = {}
    most = -1
    for described, item in openapi.document()["paths"].items():
        theirs = shape(described).strip("/").split("/")
        fits = len(theirs) == len(parts) and all(t in (p, "{}") for t, p in zip(theirs, parts, strict=True))
        exact = sum(t != "{}" for t in theirs)
        if fits and exact > most and method.lower() in item:
            content = item[method.lower()]["responses"]["200"].get("content", {})
            best, most = next(iter(content.values()), {}).get("schema", {}), exact
    assert most >= 0, f"{method} {path} is not described"
    return best
