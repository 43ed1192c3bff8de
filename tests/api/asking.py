"""Asks the client API and reads its answers, as strictly as the strictest client."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec
from quart.typing import TestClientProtocol as Client
from werkzeug.datastructures import Headers

from tests import structure

Json = Any


class Caller(Protocol):
    """A person or an app."""

    @property
    def headers(self) -> dict[str, str]: ...


_LINK = re.compile(r'<(?P<url>[^>]+)>; rel="(?P<rel>next|prev)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `one` and `many` check the entity that it holds."""

    status: int
    headers: Headers
    body: bytes
    signed_in: bool

    @property
    def json(self) -> Json:
        return msgspec.json.decode(self.body)

    def one(self, entity: str) -> Json:
        """The entity, which is what the structure says."""
        structure.validate(entity, self.json, signed_in=self.signed_in)
        return self.json

    def many(self, entity: str) -> list[Json]:
        """The entities of a list."""
        for document in self.json:
            structure.validate(entity, document, signed_in=self.signed_in)
        found: list[Json] = self.json
        return found

    @property
    def ids(self) -> list[int]:
        """The ids of a list, as the builders know them."""
        return [int(document["id"]) for document in self.json]

    @property
    def links(self) -> dict[str, str]:
        """The Link header by relation, next first; empty without one."""
        header = self.headers.get("Link", "")
        found = {match["rel"]: match["url"] for match in _LINK.finditer(header)}
        assert list(found) == sorted(found), f"next stands before prev: {header}"
        assert bool(found) == bool(header), f"unreadable: {header}"
        return found

    def link(self, relation: str) -> dict[str, list[str]]:
        """The query of a link."""
        return parse_qs(urlsplit(self.links[relation]).query)


@dataclass(frozen=True, slots=True)
class Api:
    """The client API, asked by anybody. Every call says which status it expects."""

    client: Client

    async def get(
        self,
        path: str,
        *,
        by: Caller | None = None,
        expect: int = 200,
        query: Mapping[str, Any] | None = None,
    ) -> Answer:
        return await self.ask("GET", path, by=by, expect=expect, query=query)

    async def post(self, path: str, *, by: Caller | None = None, expect: int = 200, **body: Any) -> Answer:
        return await self.ask("POST", path, by=by, expect=expect, **body)

    async def put(self, path: str, *, by: Caller | None = None, expect: int = 200, **body: Any) -> Answer:
        return await self.ask("PUT", path, by=by, expect=expect, **body)

    async def patch(self, path: str, *, by: Caller | None = None, expect: int = 200, **body: Any) -> Answer:
        return await self.ask("PATCH", path, by=by, expect=expect, **body)

    async def delete(self, path: str, *, by: Caller | None = None, expect: int = 200, **body: Any) -> Answer:
        return await self.ask("DELETE", path, by=by, expect=expect, **body)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        by: Caller | None = None,
        expect: int = 200,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Answer:
        """One call. `body` is what the test client of Quart takes: form, json, data, files."""
        sent = {"Host": "echo.test", **(by.headers if by is not None else {}), **(headers or {})}
        address = path + _query(query)
        response = await self.client.open(address, method=method, headers=sent, **body)
        answer = Answer(response.status_code, response.headers, await response.get_data(), by is not None)
        told = f"{method} {path}: {answer.status} {answer.body[:500]!r}"
        assert answer.status == expect, told
        if expect >= 400:
            assert isinstance(answer.json["error"], str), told
            assert answer.headers["Access-Control-Allow-Origin"] == "*", told
        if path.startswith("/api/") and answer.body:
            assert answer.headers["Content-Type"] == "application/json; charset=utf-8", told
        return answer

    async def follow_link(self, answer: Answer, relation: str, *, by: Caller | None = None) -> Answer:
        """The neighbouring page."""
        parts = urlsplit(answer.links[relation])
        assert f"{parts.scheme}://{parts.netloc}" == "https://echo.test"
        return await self.get(f"{parts.path}?{parts.query}", by=by)

    async def pages(
        self, path: str, *, by: Caller | None = None, query: Mapping[str, Any]
    ) -> list[list[Json]]:
        """All pages from the newest to the oldest, by the links to the next."""
        answer = await self.get(path, by=by, query=query)
        found = [answer.json]
        while "next" in answer.links and len(found) < 20:
            _repeats(answer, "next", query)
            answer = await self.follow_link(answer, "next", by=by)
            found.append(answer.json)
        return found

    async def walk_up(self, answer: Answer, *, by: Caller | None = None) -> list[list[Json]]:
        """All pages above this one, by the links to the previous."""
        found: list[list[Json]] = []
        while "prev" in answer.links and len(found) < 20:
            answer = await self.follow_link(answer, "prev", by=by)
            if answer.json:
                found.append(answer.json)
        return found


def _repeats(answer: Answer, relation: str, query: Mapping[str, Any]) -> None:
    """A link asks for the same list: it repeats limit and filters, and no cursor of this page but its own."""
    link = parse_qsl(urlsplit(answer.links[relation]).query)
    cursors = {"max_id", "min_id", "since_id"}
    sent = [pair for pair in parse_qsl(_query(query)[1:]) if pair[0] not in cursors]
    kept = [pair for pair in link if pair[0] not in cursors]
    assert kept == sent, f"{answer.links[relation]} does not repeat {sent}"


def _query(query: Mapping[str, Any] | None) -> str:
    if not query:
        return ""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if isinstance(value, Sequence) and not isinstance(value, str):
            pairs += [(f"{name}[]", _text(item)) for item in value]
        else:
            pairs.append((name, _text(value)))
    return "?" + urlencode(pairs)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
