"""LibreTranslate: https://docs.libretranslate.com"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from echo.ports import ANY_LANGUAGE, Caller, Translated
from echo.translation import answers

_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class _Language(msgspec.Struct):
    code: str
    targets: list[str] = []


class _Detected(msgspec.Struct):
    language: str


class _Translation(msgspec.Struct, rename="camel"):
    translated_text: list[str]
    detected_language: list[_Detected] | _Detected | None = None


@dataclass(frozen=True, slots=True)
class LibreTranslate:
    """Shapes:  address: without a trailing slash; key: empty where the service wants none"""

    call: Caller
    address: str
    key: str

    name = "LibreTranslate"
    is_configured = True

    async def languages(self) -> dict[str, tuple[str, ...]]:
        """Target languages by source language, with those for a language that is to be detected."""
        reply = await self.call("GET", f"{self.address}/languages", headers=_JSON)
        found = answers.read(reply, list[_Language])
        by_source = {one.code: tuple(code for code in one.targets if code != one.code) for one in found}
        every = dict.fromkeys(code for one in found for code in one.targets)
        return {ANY_LANGUAGE: tuple(every), **by_source}

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> Translated:
        """Pieces of HTML in another language, in their order."""
        asked: Mapping[str, Any] = {
            "q": list(texts),
            "source": "auto" if source == ANY_LANGUAGE else source,
            "target": target,
            "format": "html",
            **({"api_key": self.key} if self.key else {}),
        }
        reply = await self.call(
            "POST", f"{self.address}/translate", headers=_JSON, body=msgspec.json.encode(asked)
        )
        found = answers.read(reply, _Translation)
        if len(found.translated_text) != len(texts):
            raise answers.strange(f"{len(found.translated_text)} texts for {len(texts)}")
        detected = found.detected_language
        first = detected[0] if isinstance(detected, list) and detected else detected
        spoken = first.language if isinstance(first, _Detected) else source
        return Translated(tuple(found.translated_text), spoken)
