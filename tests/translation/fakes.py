"""LibreTranslate and DeepL as they answer, behind the router of tests: words are turned into capitals."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

Json = dict[str, Any]
_TAG = re.compile(r"(<[^>]*>)")
_KEPT = re.compile(r'(<(?:span|a)[^>]*translate="no"[^>]*>.*?</(?:span|a)>)')


def shout(html: str) -> str:
    """HTML in another language: its words in capitals; tags, entities and what says so stay."""
    pieces = _KEPT.split(html)
    return "".join(piece if index % 2 else _shout(piece) for index, piece in enumerate(pieces))


def _shout(html: str) -> str:
    pieces = _TAG.split(html)
    return "".join(piece if piece.startswith("<") else re.sub(r"&\w+;|\w+", _word, piece) for piece in pieces)


def _word(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("&") else found[0].upper()


@dataclass
class FakeService:
    """Answers as told; keeps what was asked."""

    asked: list[Json] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    status: int = 200
    body: bytes | None = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.status != 200 or self.body is not None:
            return httpx.Response(self.status, content=self.body or b"{}")
        if request.method == "GET":
            return httpx.Response(200, json=self.languages(request))
        question = json.loads(request.content)
        self.asked.append(question)
        return self.translate(request, question)

    def languages(self, request: httpx.Request) -> Any:
        raise AssertionError(request.url)

    def translate(self, request: httpx.Request, question: Json) -> httpx.Response:
        raise AssertionError(request.url)


@dataclass
class FakeLibreTranslate(FakeService):
    key: str = ""

    def languages(self, request: httpx.Request) -> Any:
        assert request.url.path == "/languages"
        codes = ["en", "de", "fr"]
        return [{"code": code, "name": code, "targets": codes} for code in codes]

    def translate(self, request: httpx.Request, question: Json) -> httpx.Response:
        assert request.url.path == "/translate"
        assert request.headers["content-type"] == "application/json"
        if question.get("api_key", "") != self.key:
            return httpx.Response(403, json={"error": "Invalid API key"})
        if question["target"] not in ("en", "de", "fr"):
            return httpx.Response(400, json={"error": "target is not supported"})
        texts = question["q"]
        answer: Json = {"translatedText": [shout(text) for text in texts]}
        if question["source"] == "auto":
            answer["detectedLanguage"] = [{"confidence": 90.0, "language": "fr"} for _ in texts]
        return httpx.Response(200, json=answer)


@dataclass
class FakeDeepL(FakeService):
    key: str = "secret:fx"

    def languages(self, request: httpx.Request) -> Any:
        self._check(request)
        assert request.url.path == "/v2/languages"
        codes = {"source": ["EN", "DE", "PT"], "target": ["EN-GB", "EN-US", "DE", "PT-BR"]}
        return [
            {"language": code, "name": code, "supports_formality": False}
            for code in codes[request.url.params["type"]]
        ]

    def translate(self, request: httpx.Request, question: Json) -> httpx.Response:
        self._check(request)
        assert request.url.path == "/v2/translate"
        assert question["tag_handling"] == "html"
        assert question["target_lang"] in ("EN", "EN-GB", "EN-US", "DE", "PT", "PT-BR")
        assert len(question["text"]) <= 50
        assert question.get("source_lang", "EN") in ("EN", "DE", "PT")
        spoken = question.get("source_lang", "DE")
        return httpx.Response(
            200,
            json={
                "translations": [
                    {"detected_source_language": spoken, "text": shout(text)} for text in question["text"]
                ]
            },
        )

    def _check(self, request: httpx.Request) -> None:
        assert request.headers["authorization"] == f"DeepL-Auth-Key {self.key}"
