"""A stand-in for a Meilisearch server, which cannot be had as a Python package: its documented routes, over
HTTP, as far as Echo uses them. It refuses what the real one refuses: unknown settings, filters and sorts on
attributes that were not declared, documents without an id, requests without the key.

Source:  meilisearch.com/docs: the API reference of documents, search, settings, and filter expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

KEY = "the key of the stand-in"
Document = dict[str, Any]
Test = Callable[[Document], bool]
_KNOWN_SETTINGS = {
    *("displayedAttributes", "searchableAttributes", "filterableAttributes", "sortableAttributes"),
    *("rankingRules", "stopWords", "synonyms", "typoTolerance", "pagination", "prefixSearch", "facetSearch"),
}
_KNOWN_SEARCH = {"q", "filter", "sort", "limit", "offset", "matchingStrategy", "attributesToRetrieve"}
_TOKEN = re.compile(r'\s*(?P<token>"(?:[^"\\]|\\.)*"|>=|<=|!=|[()=<>\[\],]|[^\s()=<>\[\],"]+)')


class Refused(Exception):
    """What the server answers 4xx with."""

    def __init__(self, code: str, status: int = 400) -> None:
        self.code, self.status = code, status
        super().__init__(code)


class Stand:
    """Shapes:  documents: by id; asked: the bodies of searches"""

    def __init__(self) -> None:
        self.indexes: dict[str, dict[str, Document]] = {}
        self.settings: dict[str, Any] = {}
        self.asked: list[Document] = []
        self.address = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on this machine."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every connection."""
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _json({"code": "invalid_api_key"}, 403)
        body = await request.read()
        if body and request.headers.get("Content-Type") != "application/json":
            return _json({"code": "invalid_content_type"}, 415)
        try:
            status, answer = self._do(
                request.method, request.path, msgspec.json.decode(body) if body else None
            )
        except Refused as refused:
            return _json({"code": refused.code}, refused.status)
        return _json(answer, status)

    def _do(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if (method, path) == ("POST", "/indexes"):
            assert body["primaryKey"] == "id"
            self.indexes.setdefault(body["uid"], {})
            return 202, _task("indexCreation")
        found = re.fullmatch(r"/indexes/([A-Za-z0-9_-]+)/([a-z/-]+)", path)
        if found is None or found[1] not in self.indexes:
            raise Refused("index_not_found", 404)
        documents = self.indexes[found[1]]
        match method, found[2]:
            case "PATCH", "settings":
                if set(body) - _KNOWN_SETTINGS:
                    raise Refused("bad_request")
                self.settings |= body
            case "POST", "documents":
                for document in body:
                    if not re.fullmatch(r"[A-Za-z0-9_-]{1,511}", document["id"]):
                        raise Refused("invalid_document_id")
                    documents[document["id"]] = document
            case "POST", "documents/delete-batch":
                for id_ in body:
                    documents.pop(id_, None)
            case "POST", "documents/delete":
                test = self._filter(body["filter"])
                for id_ in [id_ for id_, document in documents.items() if test(document)]:
                    del documents[id_]
            case "POST", "search":
                return 200, self._search(documents, body)
            case "GET", "stats":
                return 200, {
                    "numberOfDocuments": len(documents),
                    "isIndexing": False,
                    "fieldDistribution": {},
                }
            case _:
                raise Refused("not_found", 404)
        return 202, _task("documentAdditionOrUpdate")

    def _search(self, documents: dict[str, Document], body: Document) -> Document:
        self.asked.append(body)
        if set(body) - _KNOWN_SEARCH or body["matchingStrategy"] not in ("all", "last", "frequency"):
            raise Refused("bad_request")
        found = [d for d in documents.values() if self._filter(body["filter"])(d) and _has(d, body["q"])]
        for rule in reversed(body["sort"]):
            attribute, _, direction = rule.partition(":")
            if attribute not in self.settings["sortableAttributes"]:
                raise Refused("invalid_search_sort")
            found.sort(key=lambda d, by=attribute: d[by], reverse=direction == "desc")  # type: ignore[misc]
        hits = [{name: d[name] for name in body["attributesToRetrieve"]} for d in found[: body["limit"]]]
        return {"hits": hits, "query": body["q"], "limit": body["limit"], "processingTimeMs": 0}

    def _filter(self, text: str) -> Test:
        tokens = [match["token"] for match in _TOKEN.finditer(text)]
        test, rest = self._either(tokens)
        if rest:
            raise Refused("invalid_search_filter")
        return test

    def _either(self, tokens: list[str]) -> tuple[Test, list[str]]:
        """OR binds weaker than AND, as documented."""
        test, rest = self._both(tokens)
        while rest[:1] == ["OR"]:
            other, rest = self._both(rest[1:])
            test = lambda d, a=test, b=other: a(d) or b(d)  # type: ignore[misc]  # noqa: E731
        return test, rest

    def _both(self, tokens: list[str]) -> tuple[Test, list[str]]:
        test, rest = self._one(tokens)
        while rest[:1] == ["AND"]:
            other, rest = self._one(rest[1:])
            test = lambda d, a=test, b=other: a(d) and b(d)  # type: ignore[misc]  # noqa: E731
        return test, rest

    def _one(self, tokens: list[str]) -> tuple[Test, list[str]]:
        if tokens[0] == "NOT":
            test, rest = self._one(tokens[1:])
            return (lambda d: not test(d)), rest
        if tokens[0] == "(":
            test, rest = self._either(tokens[1:])
            if rest[:1] != [")"]:
                raise Refused("invalid_search_filter")
            return test, rest[1:]
        attribute, sign, *rest = tokens
        if attribute not in self.settings["filterableAttributes"]:
            raise Refused("invalid_search_filter")
        if sign == "IN":
            end = rest.index("]")
            values = {_value(token) for token in rest[1:end] if token != ","}
            return (lambda d: bool(_values(d[attribute]) & values)), rest[end + 1 :]
        return _comparison(attribute, sign, _value(rest[0])), rest[1:]


def _comparison(attribute: str, sign: str, value: str) -> Test:
    """`=` compares texts, also each of a list; the others compare numbers, as floating point does."""
    if sign == "=":
        return lambda d: value in _values(d[attribute])
    number = float(value)
    compare: dict[str, Callable[[float], bool]] = {
        ">=": lambda x: x >= number,
        "<=": lambda x: x <= number,
        ">": lambda x: x > number,
        "<": lambda x: x < number,
    }
    return lambda d: compare[sign](float(d[attribute]))


def _value(token: str) -> str:
    text = re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token
    return text.lower()


def _values(value: object) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {str(one).lower() for one in values}


def _has(document: Document, query: str) -> bool:
    """Whether a document has the first ten words and phrases of a query, and none of those with a minus."""
    parts = re.findall(r'(-?)(?:"([^"]*)"|(\S+))', query)
    return all(
        (_stands(document["text"], phrase or word)) != bool(minus) for minus, phrase, word in parts[:10]
    )


def _stands(text: str, phrase: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None


def _task(kind: str) -> Document:
    return {"taskUid": 1, "indexUid": "posts", "status": "enqueued", "type": kind, "enqueuedAt": "2026-01-01"}


def _json(document: object, status: int) -> web.Response:
    return web.Response(body=msgspec.json.encode(document), status=status, content_type="application/json")
