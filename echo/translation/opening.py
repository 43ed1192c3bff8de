"""From the configuration to a translator."""

from __future__ import annotations

from echo.config.translation import Translation
from echo.ports import Caller, NullTranslator, Translator
from echo.translation import deepl
from echo.translation.deepl import DeepL
from echo.translation.libretranslate import LibreTranslate


def open_translator(config: Translation, call: Caller) -> Translator:
    """The translator that the operator has chosen; one that cannot anything when there is none."""
    address = config.url.rstrip("/")
    match config.provider:
        case "libretranslate":
            return LibreTranslate(call, address or "https://libretranslate.com", config.key)
        case "deepl":
            return DeepL(call, address or deepl.address_for(config.key), config.key)
        case _:
            return NullTranslator()
