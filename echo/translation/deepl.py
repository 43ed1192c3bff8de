"""DeepL: https://developers.deepl.com/docs"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from echo.ports import ANY_LANGUAGE, Caller, Translated
from echo.translation import answers

FREE, PAID = "https://api-free.deepl.com", "https://api.deepl.com"
# Targets without a region are taken, though they are not listed.
_UNLISTED_TARGETS = ("en", "pt")
MOST_TEXTS = 50


class _Language(msgspec.Struct):
    language: str


class _Translation(msgspec.Struct):
    text: str
    detected_source_language: str = ""


class _Translations(msgspec.Struct):
    translations: list[_Translation]


@dataclass(frozen=True, slots=True)
class DeepL:
    """Shapes:  address: without a trailing slash"""

    call: Caller
    address: str
    key: str

    name = "DeepL.com"
    is_configured = True

    async def languages(self) -> dict[str, tuple[str, ...]]:
        """Target languages by source language, with those for a language that is to be detected."""
        sources = await self._languages("source")
        targets = tuple(dict.fromkeys((*_UNLISTED_TARGETS, *await self._languages("target"))))
        known = {source: tuple(code for code in targets if code != source) for source in sources}
        return {ANY_LANGUAGE: targets, **known}

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> Translated:
        """Pieces of HTML in another language, in their order."""
        found: list[_Translation] = []
        for start in range(0, len(texts), MOST_TEXTS):
            found += await self._translate(texts[start : start + MOST_TEXTS], source, target)
        spoken = found[0].detected_source_language.lower() if found else ""
        return Translated(tuple(one.text for one in found), spoken or source)

    async def _translate(self, texts: Sequence[str], source: str, target: str) -> list[_Translation]:
        asked = {"text": list(texts), "target_lang": target.upper(), "tag_handling": "html"}
        if source != ANY_LANGUAGE:
            asked["source_lang"] = source.partition("-")[0].upper()
        headers = self._headers | {"Content-Type": "application/json"}
        reply = await self.call(
            "POST", f"{self.address}/v2/translate", headers=headers, body=msgspec.json.encode(asked)
        )
        found = answers.read(reply, _Translations).translations
        if len(found) != len(texts):
            raise answers.strange(f"{len(found)} texts for {len(texts)}")
        return found

    async def _languages(self, kind: str) -> list[str]:
        address = f"{self.address}/v2/languages?type={kind}"
        reply = await self.call("GET", address, headers=self._headers)
        return [_spelled(one.language) for one in answers.read(reply, list[_Language])]

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"DeepL-Auth-Key {self.key}", "Accept": "application/json"}


def address_for(key: str) -> str:
    """Which of the two services a key is for."""
    return FREE if key.endswith(":fx") else PAID


def _spelled(code: str) -> str:
    """`EN-GB` as clients write it: `en-GB`."""
    language, dash, region = code.replace("_", "-").partition("-")
    return language.lower() + dash + region.upper()
